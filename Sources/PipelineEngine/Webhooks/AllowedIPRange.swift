/// `AllowedIPRange`: a block of addresses, IPv4 or IPv6, e.g. `192.0.2.0/24`. A single address is a block of itself.
package struct AllowedIPRange: Sendable, Equatable {
    private let network: [UInt8]
    private let bits: Int

    /// `nil` when it is no block. Bits of the address behind the prefix don't count.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let network = Self.bytes(String(first)) else { return nil }
        var bits = network.count * 8
        if parts.count == 2 {
            guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let given = Int(parts[1]), given <= bits else {
                return nil
            }
            bits = given
        }
        self.network = network
        self.bits = bits
    }

    /// An IPv4 address that came over an IPv6 socket is the IPv4 address.
    package func contains(_ address: String) -> Bool {
        guard let bytes = Self.bytes(address), bytes.count == network.count else { return false }
        let whole = bits / 8
        guard bytes[..<whole] == network[..<whole] else { return false }
        let rest = bits % 8
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return bytes[whole] & mask == network[whole] & mask
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        guard text.contains(":") else { return v4(text[...]) }
        // A zone tells interfaces of this machine apart, not senders.
        guard let bytes = v6(text.prefix { $0 != "%" }) else { return nil }
        let mapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return mapped ? Array(bytes[12...]) : bytes
    }

    private static func v4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.count <= 3 && part.allSatisfy { $0.isASCII && $0.isNumber } ? UInt8(part) : nil
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func v6(_ text: Substring) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            let bytes = groups(text)
            return bytes?.count == 16 ? bytes : nil
        }
        let head = text[..<gap.lowerBound]
        let tail = text[gap.upperBound...]
        guard let before = head.isEmpty ? [] : groups(head), let after = tail.isEmpty ? [] : groups(tail),
            before.count + after.count <= 14
        else { return nil }
        return before + [UInt8](repeating: 0, count: 16 - before.count - after.count) + after
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if part.contains("."), index == parts.count - 1, let address = v4(part) {
                bytes += address
            } else {
                guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return bytes
    }
}
