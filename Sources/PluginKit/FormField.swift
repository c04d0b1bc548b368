public import Foundation

/// One field of an `application/x-www-form-urlencoded` body.
public enum FormField {
    /// The decoded bytes of the first field of that name; `nil` when it is absent or a `%` has no two hex digits.
    public static func value(of name: String, in body: Data) -> Data? {
        let prefix = Data("\(name)=".utf8)
        for field in body.split(separator: UInt8(ascii: "&")) where field.starts(with: prefix) {
            return decoded(field.dropFirst(prefix.count))
        }
        return nil
    }

    private static func decoded(_ text: Data.SubSequence) -> Data? {
        var result = [UInt8]()
        result.reserveCapacity(text.count)
        var bytes = text.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "+"):
                result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = bytes.next().flatMap(nibble), let low = bytes.next().flatMap(nibble) else {
                    return nil
                }
                result.append(high << 4 | low)
            default:
                result.append(byte)
            }
        }
        return Data(result)
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
