import Foundation
package import PluginKit

/// Checks buildspecs for `penstock validate`: each fault with its place and what to write instead.
///
/// Keys that AWS honours and this executor can't (`UNSUPPORTED`) are faults as well: a build with them would fail.
package struct BuildspecValidator: DocumentValidator {
    package init() {}

    package var kind: String { "buildspec" }

    package func recognises(fileName: String) -> Bool {
        let name = (fileName as NSString).lastPathComponent.lowercased()
        return name.contains("buildspec") && (name.hasSuffix(".yml") || name.hasSuffix(".yaml"))
    }

    package func faults(in contents: String) -> [DocumentFault] {
        switch BuildspecParser.parse(contents) {
        case .faulty(let faults): faults
        case .parsed(let spec):
            spec.refusals.map { DocumentFault(path: $0.path, message: $0.message, code: "UNSUPPORTED") }
        }
    }
}
