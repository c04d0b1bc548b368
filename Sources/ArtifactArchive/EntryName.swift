import Foundation

/// What makes a name unfit for an archive; reads on after "its name …".
package enum NameFault: Equatable, Sendable, CustomStringConvertible {
    case empty, absolute, parentFolder, emptyComponent, dotComponent, backslash, driveLetter, nul, notUTF8
    case tooLong(limit: Int)

    package var description: String {
        switch self {
        case .empty: "is empty"
        case .absolute: "is absolute"
        case .parentFolder: "has a '..' in it"
        case .emptyComponent: "has an empty part ('//')"
        case .dotComponent: "has a '.' as a part"
        case .backslash: "has a backslash, which some systems read as a folder"
        case .driveLetter: "begins with a drive letter"
        case .nul: "has a NUL in it"
        case .notUTF8: "isn't UTF-8"
        case .tooLong(let limit): "is longer than \(limit) bytes"
        }
    }
}

/// The rules for names, the same for what we write and what we accept.
enum EntryName {
    static let slash = UInt8(ascii: "/")
    /// The longest name the packer writes: what the system can open as one path.
    static let longest = 4_095
    /// The longest single part of a path on the usual file systems.
    private static let longestPart = 255

    /// The first rule that `name` breaks; one trailing slash is the mark of a folder and no fault.
    static func fault(in name: [UInt8], limit: Int = longest) -> NameFault? {
        if name.isEmpty { return .empty }
        if name.count > limit { return .tooLong(limit: limit) }
        if name.contains(0) { return .nul }
        if name.contains(UInt8(ascii: "\\")) { return .backslash }
        if name[0] == slash { return .absolute }
        if name.count > 1, name[1] == UInt8(ascii: ":"), isLetter(name[0]) { return .driveLetter }
        if String(validating: name, as: UTF8.self) == nil { return .notUTF8 }
        return partFault(in: withoutTrailingSlash(name))
    }

    private static func partFault(in path: [UInt8]) -> NameFault? {
        for part in path.split(separator: slash, omittingEmptySubsequences: false) {
            if part.isEmpty { return .emptyComponent }
            if part.count > longestPart { return .tooLong(limit: longestPart) }
            guard part.count <= 2, part.allSatisfy({ $0 == UInt8(ascii: ".") }) else { continue }
            return part.count == 1 ? .dotComponent : .parentFolder
        }
        return nil
    }

    static func withoutTrailingSlash(_ name: [UInt8]) -> [UInt8] {
        name.last == slash ? name.dropLast() : name
    }

    /// Drops the "." parts that libarchive and others write ("./a"); nil is the root folder itself.
    static func withoutDots(_ name: [UInt8]) -> [UInt8]? {
        let dot: [UInt8] = [UInt8(ascii: ".")]
        guard name.starts(with: [UInt8(ascii: "."), slash]) || name == dot else { return name }
        let rest = Array(name.dropFirst(2))
        return rest.isEmpty ? nil : rest
    }

    /// The folder part and the last part of a path without trailing slash.
    static func split(_ path: [UInt8]) -> (folder: ArraySlice<UInt8>, base: ArraySlice<UInt8>) {
        guard let cut = path.lastIndex(of: slash) else { return ([], path[...]) }
        return (path[..<cut], path[(cut + 1)...])
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }
}

/// `bytes` as the C string that system calls want; the callers have refused NULs before.
func cString(_ bytes: some Sequence<UInt8>) -> [CChar] {
    var result = bytes.map { CChar(bitPattern: $0) }
    result.append(0)
    return result
}
