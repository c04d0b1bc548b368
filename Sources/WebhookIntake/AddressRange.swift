import Foundation

/// A block of addresses as `10.0.0.0/8`, `2001:db8::/32` or one address.
package struct AddressRange: Sendable, Equatable, CustomStringConvertible {
    package let description: String
    private let bytes: [UInt8]
    private let bits: Int

    /// `nil` for what is no block; bits behind the prefix are not looked at.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let bytes = Self.bytes(of: String(first)) else { return nil }
        let isWritten6 = first.contains(":")
        var bits = bytes.count * 8
        if parts.count == 2 {
            guard let length = Int(parts[1]), parts[1].allSatisfy(\.isNumber),
                (0...(isWritten6 ? 128 : 32)).contains(length)
            else { return nil }
            // Version 4 in the clothes of version 6: `::ffff:0:0/96` is all of it.
            bits = isWritten6 && bytes.count == 4 ? length - 96 : length
            guard bits >= 0 else { return nil }
        }
        description = text
        self.bytes = bytes
        self.bits = bits
    }

    package func contains(_ address: String) -> Bool {
        guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
        let whole = bits / 8
        guard other[..<whole] == bytes[..<whole] else { return false }
        guard bits % 8 > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xff00 >> (bits % 8))
        return other[whole] & mask == bytes[whole] & mask
    }

    /// Four or sixteen; a version 4 address that travels in version 6 is one of four.
    private static func bytes(of text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var six = in6_addr()
        // A zone, as in fe80::1%eth0, says nothing about the block.
        guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &six) { Array($0) }
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
        return bytes.starts(with: mapped) ? Array(bytes.suffix(4)) : bytes
    }
}

/// Whose address a request has, where proxies stand before the gateway.
package struct TrustedProxies: Sendable {
    package let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) { self.ranges = ranges }

    /// Read from the right: each trusted proxy is believed about the one before it; whoever else wrote the rest of the
    /// header is not.
    ///
    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - forwarded: the values of `X-Forwarded-For`, in their order.
    package func sender(peer: String?, forwarded: [String]) -> String? {
        guard var sender = peer, isTrusted(sender), !forwarded.isEmpty else { return peer }
        let hops = forwarded.joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false)
        for hop in hops.reversed() {
            sender = Self.address(hop)
            guard isTrusted(sender) else { break }
        }
        return sender
    }

    private func isTrusted(_ address: String) -> Bool { ranges.contains { $0.contains(address) } }

    /// Without the port that some proxies add.
    private static func address(_ hop: Substring) -> String {
        let text = hop.trimmingCharacters(in: .whitespaces)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : text
    }
}
