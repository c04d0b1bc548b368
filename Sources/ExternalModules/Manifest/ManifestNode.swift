import Foundation
import PluginKit

/// One value of a manifest and its place, for messages that name both.
struct ManifestNode {
    let value: SettingValue
    /// The file, and after a colon the member, e.g. `/…/module.json: contributes.webhooks[0].name`.
    let place: String

    private func child(_ name: String, _ value: SettingValue) -> ManifestNode {
        ManifestNode(value: value, place: place.hasSuffix(": ") ? place + name : "\(place).\(name)")
    }

    func fault(_ message: String) -> SettingsError {
        SettingsError(place: place.hasSuffix(": ") ? String(place.dropLast(2)) : place, message: message)
    }

    /// - Throws: when it is no object, or has a member that isn't known, so that a typing slip is not ignored.
    func expect(_ known: Set<String>) throws {
        guard case .map(let members) = value else { throw fault("must be an object") }
        if let unknown = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw child(unknown, .null).fault("unknown member; known here: \(known.sorted().joined(separator: ", "))")
        }
    }

    func member(_ name: String) -> ManifestNode? {
        guard let found = value[name], found != .null else { return nil }
        return child(name, found)
    }

    func required(_ name: String) throws -> ManifestNode {
        guard let found = member(name) else { throw fault("the member '\(name)' is missing") }
        return found
    }

    func text() throws -> String {
        guard let text = value.string, !text.isEmpty else { throw fault("must be a text that is not empty") }
        return text
    }

    func bool() throws -> Bool {
        guard case .bool(let flag) = value else { throw fault("must be true or false") }
        return flag
    }

    func integer(_ range: ClosedRange<Int>) throws -> Int {
        guard case .integer(let number) = value, range.contains(number) else {
            throw fault("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func seconds() throws -> Duration {
        switch value {
        case .integer(let number) where (1...86_400).contains(number): return .seconds(number)
        case .number(let number) where number > 0 && number <= 86_400: return .seconds(number)
        default: throw fault("must be seconds, above 0 and up to 86400")
        }
    }

    func items() throws -> [ManifestNode] {
        guard case .list(let items) = value else { throw fault("must be a list") }
        return items.enumerated().map { ManifestNode(value: $1, place: "\(place)[\($0)]") }
    }

    func texts() throws -> [String] { try items().map { try $0.text() } }

    /// A name of letters, digits, `-`, `_` and `.`, up to 100 characters, starting with a letter.
    func name() throws -> String {
        let name = try text()
        let letters = name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                || [0x2d, 0x2e, 0x5f].contains($0)
        }
        guard letters, name.count <= 100, name.first?.isLetter == true else {
            throw fault("must be up to 100 letters, digits, '-', '_' and '.', with a letter first; it is '\(name)'")
        }
        return name
    }
}
