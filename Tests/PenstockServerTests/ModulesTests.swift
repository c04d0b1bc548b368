import Foundation
import PluginKit
import PipelineModel
import Testing

@testable import PenstockServer

@Suite struct ModulesTests {
    @Test(arguments: [
        ("modules: {Nothing: {}}", "modules.Nothing", "there are: Bitbucket, CodeBuild, "),
        ("modules: {S3: {x: y}}", "modules.S3.x", "unknown setting"),
        ("modules: {CodeBuild: {isolation: magic}}", "modules.CodeBuild.isolation", "bubblewrap or none"),
        ("modules: {CodeBuild: 5}", "modules.CodeBuild", "a map"),
        ("projects: {web: {buildspc: x}}", "projects.web.buildspc", "unknown setting"),
    ])
    func `a module's wrong settings are named`(yaml: String, place: String, remedy: String) throws {
        let settings = try ServerFolder().settings(yaml)
        let error = #expect(throws: SettingsError.self) { try Modules(settings) }
        #expect(error?.place == place)
        #expect(error?.message.contains(remedy) == true, "\(error?.message ?? "")")
    }

    @Test func `every bundled module contributes`() throws {
        let modules = try Modules(try ServerFolder().settings("projects: {web: {timeout_minutes: 5}}"))
        #expect(
            modules.translators.keys.sorted() == [
                "Bitbucket", "BitbucketServer", "Forgejo", "GitHub", "GitLab", "Gitea", "Gogs", "Jenkins",
            ])
        #expect(Set(modules.objectStores.map(\.name)) == ["Local", "S3"])
        #expect(Set(modules.revisionProbes.flatMap(\.types).map(\.provider)) == ["GitHub", "S3"])
        #expect(modules.documents.map(\.kind) == ["buildspec"])
        #expect(Set(modules.actions.map(\.type.id.provider)).isSuperset(of: ["CodeBuild", "S3", "GitHub"]))
    }
}
