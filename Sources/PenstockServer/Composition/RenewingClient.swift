import Foundation
import Logging
import PipelineModel
import PluginKit

/// Calls of hosts' APIs that are answered 401 although they show a short-lived credential of ours: it was revoked before
/// its end. It is made anew and the call sent once more. Every other request passes untouched.
struct RenewingClient: HTTPClient {
    let base: any HTTPClient
    let credentials: CredentialCache
    let host: any PluginHost

    func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        let response = try await base.send(request)
        guard response.status == 401, request.isHostCall, let again = await renewed(request) else { return response }
        return try await base.send(again)
    }

    /// `nil`: there is nothing better to show, and the 401 is the answer.
    private func renewed(_ request: HTTPClientRequest) async -> HTTPClientRequest? {
        guard let place = request.headers.firstIndex(where: { $0.name.lowercased() == "authorization" }),
            let (connection, refused, form) = credentials.shown(in: request.headers[place].value)
        else { return nil }
        do {
            let fresh = try await credentials.credential(for: connection, insteadOf: refused, host: host)
            guard let fresh else { return nil }
            var again = request
            again.headers[place].value = form.text(fresh)
            return again
        } catch {
            host.logger.warning(
                "a connection's credential was refused and can't be made anew",
                metadata: ["connection": "\(connection.name)", "reason": "\(error.message)"])
            return nil
        }
    }
}
