/// Cuts a stream of bytes into lines.
///
/// A line ends at `\n`, at `\r\n`, or at a lone `\r` (progress bars draw over the same line: each state gets a line,
/// an empty one none). A longer line than ``bound`` is cut at a character's edge. What isn't UTF-8 is replaced.
struct OutputLines {
    static let bound = 32 * 1024

    private var pending: [UInt8] = []
    /// What the byte before was.
    private var before = Before.other
    private enum Before { case other, returnAfterText, bareReturn }
    private let emit: (String) -> Void

    init(emit: @escaping (String) -> Void) { self.emit = emit }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        for index in bytes.indices where bytes[index] == 0x0A || bytes[index] == 0x0D {
            append(bytes[start..<index])
            start = index + 1
            if bytes[index] == 0x0D {
                before = pending.isEmpty ? .bareReturn : .returnAfterText
                if before == .returnAfterText { flushPending() }
            } else {
                if before != .returnAfterText { flushPending() }
                before = .other
            }
        }
        append(bytes[start...])
    }

    /// What came without a line break is a line too, once nothing more can come.
    mutating func flush() {
        if !pending.isEmpty { flushPending() }
        before = .other
    }

    private mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) {
        guard !bytes.isEmpty else { return }
        before = .other
        pending.append(contentsOf: bytes)
        while pending.count > Self.bound {
            let cut = characterEdge(before: Self.bound)
            emit(String(decoding: pending[..<cut], as: UTF8.self))
            pending.removeFirst(cut)
        }
    }

    /// The last place at or before `limit` where a UTF-8 sequence starts.
    private func characterEdge(before limit: Int) -> Int {
        var edge = limit
        while edge > limit - 4, pending[edge] & 0xC0 == 0x80 { edge -= 1 }
        return pending[edge] & 0xC0 == 0x80 ? limit : edge
    }

    private mutating func flushPending() {
        emit(String(decoding: pending, as: UTF8.self))
        pending.removeAll(keepingCapacity: true)
    }
}
