import Foundation
import Testing

@testable import PenstockServer

@Suite struct PrivateFileTests {
    @Test func `a file is replaced whole and for its owner only`() throws {
        let folder = try ServerFolder()
        let path = try folder.write("old and longer", to: "f")
        let file = URL(fileURLWithPath: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let reader = try FileHandle(forReadingFrom: file)
        try PrivateFile.write(Data("new".utf8), to: file)
        #expect(try folder.read("f") == "new")
        #expect(try mode(of: file) == 0o600)
        // Who had it open still reads the old one to its end.
        #expect(try reader.readToEnd() == Data("old and longer".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["f"])
    }

    @Test func `what can't be written leaves nothing behind`() throws {
        let folder = try ServerFolder()
        try folder.write("x", to: "taken/inside")
        let error = #expect(throws: CommandError.self) {
            try PrivateFile.write(Data("new".utf8), to: folder.url.appending(path: "taken"))
        }
        #expect(error?.message.contains("can't write") == true)
        #expect(throws: CommandError.self) {
            try PrivateFile.write(Data(), to: folder.url.appending(path: "nowhere/f"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["taken"])
    }

    @Test func `a file that is there stays when only its absence is to be filled`() throws {
        let folder = try ServerFolder()
        let file = folder.url.appending(path: "f")
        try PrivateFile.writeIfAbsent(Data("first".utf8), to: file)
        try PrivateFile.writeIfAbsent(Data("second".utf8), to: file)
        #expect(try folder.read("f") == "first")
        #expect(try mode(of: file) == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["f"])
    }
}
