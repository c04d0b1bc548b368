/// Adds up `git ls-tree -r -l -z`, which may come in any pieces and is never held as a whole.
///
/// A record is `MODE TYPE ID SIZE<TAB>PATH<NUL>`; the size of a submodule is `-`.
struct TreeSize {
    private(set) var bytes: Int64 = 0
    private(set) var entries = 0
    /// The record's last field before the tab, as far as it has come.
    private var field: Int64 = 0
    private var isInPath = false

    mutating func add(_ piece: UnsafeRawBufferPointer) {
        for byte in piece {
            switch byte {
            case 0:
                entries += 1
                isInPath = false
                field = 0
            case _ where isInPath:
                continue
            case UInt8(ascii: "\t"):
                bytes += field
                isInPath = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                // Ids are digits too: they may run over, and the space after them starts the next field afresh.
                field = field &* 10 &+ Int64(byte - UInt8(ascii: "0"))
            default:
                field = 0
            }
        }
    }
}
