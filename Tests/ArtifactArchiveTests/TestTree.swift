import Foundation

/// A tree with everything that an artifact may hold; `large` says how large its largest file is.
func makeTree(in scratch: ScratchFolder, at root: String, large: Int = 5 << 20) throws -> URL {
    var generator = SeededGenerator(state: 7)
    try scratch.folder(root)
    for number in 0..<300 {
        let count = Int.random(in: 0...9_000, using: &generator)
        let data = generator.data(count, compressible: number % 3 != 0)
        let mode = [0o644, 0o755, 0o600, 0o444, 0o777, 0o640][number % 6]
        try scratch.write("\(root)/part-\(number % 7)/deep/er/file \(number).txt", data, mode: mode)
    }
    try scratch.write("\(root)/empty.txt", "")
    try scratch.write("\(root)/one", "1")
    try scratch.write("\(root)/ünïcödé/文件 — é.txt", "unicode")
    try scratch.write("\(root)/script.sh", "#!/bin/sh\n", mode: 0o755)
    try scratch.write("\(root)/3mib.bin", generator.data(3 << 20, compressible: false))
    try scratch.write("\(root)/large.bin", generator.data(large + 12_345, compressible: true))
    try scratch.write("\(root)/2mib.txt", generator.data(2 << 20, compressible: true))
    try scratch.folder("\(root)/nothing/in here")
    try scratch.folder("\(root)/closed", mode: 0o500)
    try scratch.link("\(root)/part-0/up", to: "../ünïcödé/文件 — é.txt")
    try scratch.link("\(root)/folder-link", to: "part-1")
    try scratch.link("\(root)/dangling", to: "not/there")
    return scratch[root]
}
