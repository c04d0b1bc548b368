import CCurl
import Foundation

/// One libcurl easy handle with the memory that must live as long as it does. Used on the loop's thread only.
final class EasyHandle {
    struct SetupFailure: Error {
        let option: CURLoption
        let reason: String
    }

    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?

    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        _ = ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    /// libcurl's own words on the last failure, without line breaks.
    func explanation(of code: CURLcode) -> String {
        let detail = String(cString: errorText)
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        return String(text.map { $0.isNewline ? " " : $0 }).trimmingCharacters(in: .whitespaces)
    }

    func set(_ option: CURLoption, _ value: Int) throws {
        try check(ccurl_set_long(pointer, option, value), option)
    }

    func set(_ option: CURLoption, _ value: String) throws {
        try check(ccurl_set_string(pointer, option, value), option)
    }

    func set(_ option: CURLoption, offset: Int64) throws {
        try check(ccurl_set_offset(pointer, option, curl_off_t(offset)), option)
    }

    func set(_ callbacks: ccurl_callbacks, context: UnsafeMutableRawPointer) throws {
        try check(ccurl_set_callbacks(pointer, callbacks, context), CURLOPT_WRITEFUNCTION)
    }

    /// Lines as libcurl reads them: `Name: value`, `Name;` for an empty value, `Name:` to leave its own header out.
    func setHeaders(_ lines: [String]) throws {
        for line in lines {
            guard let longer = curl_slist_append(headers, line) else {
                throw SetupFailure(option: CURLOPT_HTTPHEADER, reason: "out of memory")
            }
            headers = longer
        }
        try check(ccurl_set_pointer(pointer, CURLOPT_HTTPHEADER, headers), CURLOPT_HTTPHEADER)
    }

    private func check(_ code: CURLcode, _ option: CURLoption) throws {
        guard code != CURLE_OK else { return }
        throw SetupFailure(option: option, reason: String(cString: curl_easy_strerror(code)))
    }
}
