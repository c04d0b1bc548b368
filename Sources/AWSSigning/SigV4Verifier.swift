import Crypto
package import Foundation

/// Checks the signature of requests that came in. Pure: it keeps nothing, so within ±15 minutes a request may be
/// verified as often as it arrives, as with AWS.
package struct SigV4Verifier: Sendable {
    package let region: String
    /// The services that this server answers for; a request's scope must name one of them.
    package let services: Set<String>
    static let skew: TimeInterval = 15 * 60

    package init(region: String, services: Set<String>) {
        self.region = region
        self.services = services
    }

    /// A key that the server knows, and whom it speaks for.
    package struct KnownKey<Principal: Sendable>: Sendable {
        package let credentials: AWSCredentials
        package let principal: Principal
        /// When a temporary key's session is over.
        package let expires: Date?

        package init(credentials: AWSCredentials, principal: Principal, expires: Date? = nil) {
            self.credentials = credentials
            self.principal = principal
            self.expires = expires
        }
    }

    package struct Verified<Principal: Sendable>: Sendable {
        package let accessKeyID: String
        package let scope: CredentialScope
        package let principal: Principal
    }

    /// Who sent the request. Presigned URLs are not taken: they have no `Authorization` header.
    ///
    /// - Parameter key: looks an access key id up; `nil` for one that is unknown or switched off.
    package func verify<Principal>(
        _ request: SigningRequest, now: Date, key: (String) -> KnownKey<Principal>?
    ) throws(SignatureError) -> Verified<Principal> {
        let claim = try SignatureClaim(request)
        guard let known = key(claim.accessKeyID) else { throw .unknownKey }
        return try verify(request, claim: claim, key: known, now: now)
    }

    /// The same for callers that look the claim's key up themselves, e.g. in a database.
    package func verify<Principal>(
        _ request: SigningRequest, claim: SignatureClaim, key: KnownKey<Principal>, now: Date
    ) throws(SignatureError) -> Verified<Principal> {
        try checkScope(claim.scope)
        let time = try checkTime(request, claim.scope, now: now)
        try checkHeaders(request, claim)
        try checkToken(request, key, now: now)
        let canonical = CanonicalRequest(
            request: request, scope: claim.scope, signedHeaders: claim.signedHeaders.sorted(),
            payloadHash: try payloadHash(request, claim.scope))
        try checkSignature(canonical, time: time, claim: claim, secret: key.credentials.secretAccessKey)
        return Verified(accessKeyID: claim.accessKeyID, scope: claim.scope, principal: key.principal)
    }

    private func checkScope(_ scope: CredentialScope) throws(SignatureError) {
        guard services.contains(scope.service) else { throw .wrongService(scope.service, expected: services.sorted()) }
        guard scope.region == region else { throw .wrongRegion(scope.region, expected: region) }
    }

    private func checkTime(
        _ request: SigningRequest, _ scope: CredentialScope, now: Date
    ) throws(SignatureError) -> String {
        let date = try Self.date(of: request)
        let time = SigningTime.text(date)
        guard time.hasPrefix(scope.date), scope.date.count == 8 else {
            throw .dateMismatch(scope: scope.date, time: time)
        }
        if date < now - Self.skew {
            throw .expired(signed: time, limit: SigningTime.text(now - Self.skew), now: SigningTime.text(now))
        }
        if date > now + Self.skew {
            throw .notYetCurrent(signed: time, limit: SigningTime.text(now + Self.skew), now: SigningTime.text(now))
        }
        return time
    }

    private static func date(of request: SigningRequest) throws(SignatureError) -> Date {
        if let text = request.values(of: "x-amz-date").first {
            guard let date = SigningTime.date(text) else {
                throw .incomplete("Date must be in ISO-8601 'basic format'. Got '\(text.prefix(50))'.")
            }
            return date
        }
        guard let text = request.values(of: "date").first, let date = SigningTime.httpDate(text) else {
            throw .incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        }
        return date
    }

    /// `host` and every `x-amz-…` header must be covered, or somebody on the way could change them; so must the
    /// `date` where it stands in for `x-amz-date`.
    private func checkHeaders(_ request: SigningRequest, _ claim: SignatureClaim) throws(SignatureError) {
        let present = Set(request.headers.map { $0.name.lowercased() })
        if let absent = claim.signedHeaders.first(where: { !present.contains($0) }) { throw .absentHeader(absent) }
        let signed = Set(claim.signedHeaders)
        guard signed.contains("host") else { throw .unsignedHeaders(["host"]) }
        let mustBeSigned = present.filter { $0.hasPrefix("x-amz-") }
            .union(present.contains("x-amz-date") ? [] : ["date"])
        let unsigned = mustBeSigned.subtracting(signed).sorted()
        guard unsigned.isEmpty else { throw .unsignedHeaders(unsigned) }
    }

    private func checkToken<Principal>(
        _ request: SigningRequest, _ key: KnownKey<Principal>, now: Date
    ) throws(SignatureError) {
        let sent = request.values(of: "x-amz-security-token").first
        guard Self.equalInConstantTime(sent ?? "", key.credentials.sessionToken ?? "") else { throw .unknownToken }
        if key.credentials.accessKeyID.hasPrefix("ASIA"), sent == nil { throw .unknownToken }
        if let expires = key.expires, expires <= now { throw .expiredToken }
    }

    /// The hash of the bytes that came, never the one that the client claims; only S3 may leave its body unsigned.
    private func payloadHash(_ request: SigningRequest, _ scope: CredentialScope) throws(SignatureError) -> String {
        guard let claimed = request.values(of: "x-amz-content-sha256").first else { return request.payloadHash }
        if claimed == PayloadHash.unsigned, scope.service == "s3" { return claimed }
        guard claimed.lowercased() == request.payloadHash else { throw .payloadHashMismatch }
        return request.payloadHash
    }

    private func checkSignature(
        _ canonical: CanonicalRequest, time: String, claim: SignatureClaim, secret: String
    ) throws(SignatureError) {
        // Comparing message authentication codes by Crypto takes the same time wherever they differ.
        guard let signature = PayloadHash.bytes(hex: claim.signature),
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: Data(canonical.stringToSign(at: time).utf8),
                using: claim.scope.signingKey(secret: secret))
        else { throw .mismatch }
    }

    private static func equalInConstantTime(_ left: String, _ right: String) -> Bool {
        let key = SymmetricKey(size: .bits256)
        let code = HMAC<SHA256>.authenticationCode(for: Data(left.utf8), using: key)
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(right.utf8), using: key)
    }
}
