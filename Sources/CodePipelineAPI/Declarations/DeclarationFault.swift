/// One thing that is wrong with a declaration, and what AWS would answer for it.
package struct DeclarationFault: Sendable, Equatable {
    /// E.g. `pipeline.stages.1.member.actions.2.member.runOrder`.
    package let path: String
    /// E.g. `InvalidStructureException`.
    package let exception: String
    package let message: String

    package init(path: String, exception: String, message: String) {
        self.path = path
        self.exception = exception
        self.message = message
    }

    static func structure(_ path: String, _ message: String) -> DeclarationFault {
        DeclarationFault(path: path, exception: "InvalidStructureException", message: message)
    }

    static func stage(_ path: String, _ message: String) -> DeclarationFault {
        DeclarationFault(path: path, exception: "InvalidStageDeclarationException", message: message)
    }

    static func action(_ path: String, _ message: String) -> DeclarationFault {
        DeclarationFault(path: path, exception: "InvalidActionDeclarationException", message: message)
    }
}

extension APIError {
    init(_ fault: DeclarationFault) { self.init(fault.exception, fault.message) }
}
