import Foundation
import PluginKit

extension CurlClient {
    /// Credentials for the origin that was asked; another one must not see them.
    private static let credentialHeaders: Set<String> = [
        "authorization", "cookie", "private-token", "proxy-authorization", "x-amz-security-token", "x-api-key",
    ]

    /// Where the answer leads, or `nil` when it's the one to hand out.
    ///
    /// - Throws: ``HTTPClientError/redirectRefused(to:reason:)``.
    func redirect(
        _ answer: Answer, of order: TransferOrder, hops: Int
    ) throws -> (request: HTTPClientRequest, target: TargetURL)? {
        let request = order.request
        guard request.followsRedirects, ["GET", "HEAD"].contains(request.method), order.upload.length == 0,
            [301, 302, 303, 307, 308].contains(answer.head.status), let location = answer.header("Location")
        else { return nil }
        let target = try order.target.redirected(to: location)
        guard hops < Self.redirectLimit else {
            let place = "\(target.origin.scheme)://\(target.authority)"
            throw HTTPClientError.redirectRefused(to: place, reason: "more than \(Self.redirectLimit) redirects")
        }
        return (Self.redirected(request, from: order.target, to: target), target)
    }

    private static func redirected(
        _ request: HTTPClientRequest, from old: TargetURL, to new: TargetURL
    ) -> HTTPClientRequest {
        var request = request
        request.url = new.text
        guard new.origin != old.origin else { return request }
        request.headers.removeAll {
            let name = $0.name.lowercased()
            return credentialHeaders.contains(name) || name == "host"
        }
        return request
    }
}
