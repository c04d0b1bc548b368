import Testing

@testable import PenstockServer

@Suite struct ModulesReportTests {
    @Test func `one module is found whatever its case, an unknown one is named`() async throws {
        let settings = try ServerFolder().settings()
        #expect(
            try await ModulesReport.all(settings).map(\.name) == [
                "Bitbucket", "CodeBuild", "Git", "GitHub", "GitLab", "Gitea", "Jenkins", "Local", "S3", "StageRules",
            ])
        let module = try await ModulesReport.one("git", settings)
        #expect(module.name == "Git" && module.settings.map(\.key) == ["v1_connection"])
        let error = await #expect(throws: CommandError.self) { try await ModulesReport.one("Forge", settings) }
        #expect(
            error?.message.hasPrefix("there is no module 'Forge'; there are: Bitbucket, CodeBuild, ") == true)
    }
}
