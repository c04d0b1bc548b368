import CCurl

extension ccurl_callbacks {
    /// C functions that find their ``ActiveTransfer`` in the context pointer. libcurl calls them on the loop's thread
    /// only, inside `curl_multi_perform` and `curl_easy_pause`, while the loop keeps the transfer alive.
    static var ofActiveTransfer: ccurl_callbacks {
        ccurl_callbacks(
            header: { bytes, size, count, context in
                guard let transfer = ActiveTransfer.from(context) else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return transfer.receiveHeaderLine(line) ? line.count : 0
            },
            body: { bytes, size, count, context in
                guard let transfer = ActiveTransfer.from(context) else { return 0 }
                let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
                switch transfer.receiveBody(chunk) {
                case .taken: return chunk.count
                case .pause: return Int(CURL_WRITEFUNC_PAUSE)
                case .unwanted: return 0
                }
            },
            upload: { bytes, size, count, context in
                let abort = Int(CURL_READFUNC_ABORT)
                guard let transfer = ActiveTransfer.from(context) else { return abort }
                let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
                return transfer.readUpload(into: buffer) ?? abort
            },
            rewind: { context, position, origin in
                guard let transfer = ActiveTransfer.from(context), origin == SEEK_SET else {
                    return Int32(CURL_SEEKFUNC_FAIL)
                }
                transfer.rewindUpload(to: Int64(position))
                return Int32(CURL_SEEKFUNC_OK)
            },
            connected: { context, _, _, _, _ in
                guard let transfer = ActiveTransfer.from(context) else { return Int32(CURL_PREREQFUNC_ABORT) }
                return transfer.connected() ? Int32(CURL_PREREQFUNC_OK) : Int32(CURL_PREREQFUNC_ABORT)
            })
    }
}

extension ActiveTransfer {
    static func from(_ context: UnsafeMutableRawPointer?) -> ActiveTransfer? {
        context.map { Unmanaged<ActiveTransfer>.fromOpaque($0).takeUnretainedValue() }
    }
}
