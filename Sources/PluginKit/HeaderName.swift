extension [(name: String, value: String)] {
    /// The first header of that name. Names are ASCII; comparing their bytes costs a fraction of what comparing them as
    /// texts of some language does, and each delivery asks for several.
    func firstValue(ofHeader name: String) -> String? {
        first { Self.isSame($0.name.utf8, name.utf8) }?.value
    }

    private static func isSame(_ left: String.UTF8View, _ right: String.UTF8View) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }
}
