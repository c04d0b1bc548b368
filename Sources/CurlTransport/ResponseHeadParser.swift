/// A response's status and headers, as the reader sees them.
struct ResponseHead: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
}

/// Makes a ``ResponseHead`` of the lines that libcurl hands out one by one.
///
/// Interim heads (100, 103) come before the real one and are forgotten; trailers come after it and are ignored.
struct ResponseHeadParser {
    enum Step {
        case more
        case complete(ResponseHead)
        case refused(String)
    }

    private enum Place { case beforeStatus, inHeaders, afterHead }

    let sizeLimit: Int
    let countLimit: Int
    private var place = Place.beforeStatus
    private var head = ResponseHead(status: 0, headers: [])
    private var size = 0

    init(sizeLimit: Int, countLimit: Int) {
        self.sizeLimit = sizeLimit
        self.countLimit = countLimit
    }

    mutating func take(_ line: UnsafeRawBufferPointer) -> Step {
        // Interim heads and trailers count too: a peer mustn't send them without end.
        size += line.count
        guard size <= sizeLimit else { return .refused("the head of its answer is larger than \(sizeLimit) bytes") }
        guard let first = line.first else { return .more }
        let text = Self.trimmed(line)
        switch place {
        case .afterHead: return .more
        case .beforeStatus: return startHead(text)
        case .inHeaders:
            return first == 0x0D || first == 0x0A ? endHead() : addHeader(text, isFolded: Self.isBlank(first))
        }
    }

    private mutating func startHead(_ line: Slice<UnsafeRawBufferPointer>) -> Step {
        let parts = line.split(separator: 0x20, maxSplits: 2)
        guard line.starts(with: Array("HTTP/".utf8)), parts.count >= 2,
            let status = Int(String(decoding: parts[1], as: UTF8.self)), (100...999).contains(status)
        else { return .refused("its answer has no valid status line") }
        head = ResponseHead(status: status, headers: [])
        place = .inHeaders
        return .more
    }

    private mutating func endHead() -> Step {
        guard head.status >= 200 else {
            place = .beforeStatus
            return .more
        }
        place = .afterHead
        return .complete(head)
    }

    private mutating func addHeader(_ line: Slice<UnsafeRawBufferPointer>, isFolded: Bool) -> Step {
        if isFolded, let last = head.headers.indices.last {
            head.headers[last].value += " " + String(decoding: line, as: UTF8.self)
            return .more
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            return .refused("its answer has a header without a name")
        }
        guard head.headers.count < countLimit else { return .refused("its answer has more than \(countLimit) headers") }
        let name = line[..<colon]
        let value = Self.trimmed(UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]))
        head.headers.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        return .more
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func trimmed(_ line: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        var slice = line[...]
        while let last = slice.last, isBlank(last) || last == 0x0D || last == 0x0A { slice = slice.dropLast() }
        return slice.drop { isBlank($0) }
    }
}
