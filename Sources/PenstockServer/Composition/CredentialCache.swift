import Foundation
import PipelineModel
import PluginKit
import Synchronization

/// Short-lived credentials that modules make of a connection's lasting ones: each is made once, however many ask for it
/// at once, and used until shortly before it expires, until its host refuses it or until its connection changes.
final class CredentialCache: Sendable {
    /// Seconds before its end when a credential is made anew.
    private static let margin = 300.0
    /// Seconds in which one that is refused isn't made anew: its host refuses them all.
    private static let youth = 10.0

    private struct Held: Sendable {
        let connection: Connection
        let basis: ConnectionBasis
        let credential: Credential?
        /// `nil`: it does not expire.
        let expires: Date?
        let made: Date
        /// The refused one that this was made in the place of.
        var former: Credential?
        var isRefused = false
    }

    private struct State {
        var held: [ConnectionARN: Held] = [:]
        var flights: [Flight: [Int: CheckedContinuation<Landing, Never>]] = [:]
        /// Counts the changes of connections.
        var generation = 0
        var lastWaiter = 0
    }

    /// One asking of a module.
    private struct Flight: Hashable {
        let arn: ConnectionARN
        let basis: ConnectionBasis
        let generation: Int
    }

    private enum Landing: Sendable {
        case made(Credential?)
        case failed(FailureDetails)
        /// Whoever asked was cancelled, or has just ended: look again.
        case abandoned
    }

    private enum Turn {
        case held(Credential?)
        case lead(Flight)
        case follow(Flight)
    }

    private let issuers: [String: any CredentialIssuer]
    private let state = Mutex(State())

    init(_ issuers: [any CredentialIssuer]) {
        self.issuers = Dictionary(issuers.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// All of them, to be made anew; one that is being made now is for those alone who wait for it.
    func forget() {
        state.withLock { state in
            state.held = [:]
            state.generation += 1
        }
    }

    func credential(
        for connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> Credential? {
        guard let issuer = issuers[connection.provider] else { return connection.credential }
        while true {
            let landing: Landing
            switch turn(for: connection, at: host.now()) {
            case .held(let credential): return credential
            case .lead(let flight): landing = await lead(flight, issuer, connection, host)
            case .follow(let flight): landing = await follow(flight)
            }
            switch landing {
            case .made(let credential): return credential
            case .failed(let failure): throw failure
            case .abandoned:
                guard !Task.isCancelled else {
                    throw FailureDetails(.systemUnavailable, "waiting for a credential was cut short")
                }
            }
        }
    }

    /// The one to show instead of one that the connection's host has refused; `nil`: there is no other.
    ///
    /// - Throws: why none can be had.
    func credential(
        for connection: Connection, insteadOf refused: Credential, host: any PluginHost
    ) async throws(FailureDetails) -> Credential? {
        guard issuers[connection.provider] != nil else { return nil }
        let now = host.now()
        let isWorthIt = state.withLock { state in
            guard let held = state.held[connection.arn], held.credential?.secret == refused.secret else { return true }
            guard held.isRefused || now.timeIntervalSince(held.made) > Self.youth else { return false }
            state.held[connection.arn]?.isRefused = true
            return true
        }
        guard isWorthIt else { return nil }
        let fresh = try await credential(for: connection, host: host)
        return fresh?.secret == refused.secret ? nil : fresh
    }

    /// Whose credential a request's header shows, and in which form.
    func shown(in header: String) -> (connection: Connection, credential: Credential, form: CredentialForm)? {
        let all = state.withLock { Array($0.held.values) }
        for held in all {
            for credential in [held.credential, held.former].compactMap({ $0 }) {
                guard let form = CredentialForm.allCases.first(where: { $0.text(credential) == header }) else {
                    continue
                }
                return (held.connection, credential, form)
            }
        }
        return nil
    }

    // MARK: One at a time

    private func turn(for connection: Connection, at now: Date) -> Turn {
        let basis = ConnectionBasis(connection)
        return state.withLock { state in
            if let held = state.held[connection.arn], held.basis == basis, !held.isRefused,
                held.expires.map({ $0.timeIntervalSince(now) > Self.margin }) ?? true
            {
                return .held(held.credential)
            }
            let flight = Flight(arn: connection.arn, basis: basis, generation: state.generation)
            guard state.flights[flight] == nil else { return .follow(flight) }
            state.flights[flight] = [:]
            return .lead(flight)
        }
    }

    private func lead(
        _ flight: Flight, _ issuer: any CredentialIssuer, _ connection: Connection, _ host: any PluginHost
    ) async -> Landing {
        var fresh: Held?
        let landing: Landing
        do throws(FailureDetails) {
            let issued = try await issuer.issue(for: connection, host: host)
            let credential = issued?.credential ?? connection.credential
            fresh = Held(
                connection: connection, basis: flight.basis, credential: credential, expires: issued?.expires,
                made: host.now())
            landing = .made(credential)
        } catch {
            landing = Task.isCancelled ? .abandoned : .failed(error)
        }
        let kept = fresh
        let waiters = state.withLock { state in
            // Connections may have changed while it was made.
            if var fresh = kept, flight.generation == state.generation {
                fresh.former = state.held[flight.arn].flatMap { $0.isRefused ? $0.credential : $0.former }
                state.held[flight.arn] = fresh
            }
            return state.flights.removeValue(forKey: flight)
        }
        for waiter in (waiters ?? [:]).values { waiter.resume(returning: landing) }
        return landing
    }

    /// Waits for what somebody else has asked for.
    private func follow(_ flight: Flight) async -> Landing {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isWaiting = state.withLock { state in
                    guard !Task.isCancelled, state.flights[flight] != nil else { return false }
                    state.flights[flight]?[number] = waiter
                    return true
                }
                if !isWaiting { waiter.resume(returning: .abandoned) }
            }
        } onCancel: {
            state.withLock { $0.flights[flight]?.removeValue(forKey: number) }?.resume(returning: .abandoned)
        }
    }
}

/// What of a connection a credential is made of: one that was made of something else is not the connection's.
struct ConnectionBasis: Hashable {
    private let url: String
    private let apiURL: String?
    private let credential: [String]
    private let options: [String: String]
    private let secrets: [String: String]

    init(_ connection: Connection) {
        url = connection.url
        apiURL = connection.apiURL
        credential = connection.credential.map { [$0.user, $0.secret] } ?? []
        options = connection.options
        secrets = connection.secrets.mapValues(\.secret)
    }
}
