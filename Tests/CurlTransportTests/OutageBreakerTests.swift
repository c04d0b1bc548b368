import Foundation
import Testing

@testable import CurlTransport

@Suite struct OutageBreakerTests {
    private static let start = Date(timeIntervalSince1970: 1_000_000)

    private static func broken(_ failures: Int) -> OutageBreaker {
        var breaker = OutageBreaker()
        for _ in 0..<failures { breaker.note(.failed("down"), at: start) }
        return breaker
    }

    @Test func `five failures in a row open it, an answer between them starts the count again`() {
        var four = Self.broken(4)
        #expect(four.refusal(at: Self.start) == nil)
        four.note(.answered, at: Self.start)
        four.note(.failed("down"), at: Self.start)
        #expect(four.refusal(at: Self.start) == nil)
        var five = Self.broken(5)
        #expect(five.refusal(at: Self.start)?.reason == "down")
        #expect(five.refusal(at: Self.start)?.seconds == 5)
    }

    @Test func `after the pause one call tries, the others wait, and its answer closes it`() {
        var breaker = Self.broken(5)
        #expect(breaker.refusal(at: Self.start + 4.9) != nil)
        #expect(breaker.refusal(at: Self.start + 5) == nil)
        #expect(breaker.refusal(at: Self.start + 5)?.seconds == 1)
        breaker.note(.answered, at: Self.start + 6)
        #expect(breaker == OutageBreaker())
    }

    @Test func `a try that fails doubles the pause, up to five minutes`() {
        var breaker = Self.broken(5)
        var now = Self.start
        var pauses: [Int] = []
        for _ in 0..<9 {
            let pause = breaker.refusal(at: now)?.seconds ?? 0
            pauses.append(pause)
            now += Double(pause)
            #expect(breaker.refusal(at: now) == nil)
            breaker.note(.failed("still down"), at: now)
        }
        #expect(pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300])
    }

    @Test func `a try that was cancelled leaves the next call to try`() {
        var breaker = Self.broken(5)
        #expect(breaker.refusal(at: Self.start + 5) == nil)
        breaker.giveUpTrying(at: Self.start + 5)
        #expect(breaker.refusal(at: Self.start + 5) == nil)
    }

    @Test func `a host that asks us to wait is left alone for as long as it says, at most an hour`() {
        var breaker = OutageBreaker()
        breaker.note(.heldBack(until: Self.start + 30), at: Self.start)
        #expect(breaker.refusal(at: Self.start)?.seconds == 30)
        breaker = OutageBreaker()
        breaker.note(.heldBack(until: Self.start + 86_400), at: Self.start)
        #expect(breaker.refusal(at: Self.start)?.seconds == 3600)
        breaker = OutageBreaker()
        breaker.note(.heldBack(until: nil), at: Self.start)
        #expect(breaker.refusal(at: Self.start)?.seconds == 60)
        _ = breaker.refusal(at: Self.start + 60)
        breaker.note(.heldBack(until: nil), at: Self.start + 60)
        #expect(breaker.refusal(at: Self.start + 60)?.seconds == 120)
    }

    @Test(
        arguments: [
            ([("Retry-After", "7")], 7.0), ([("retry-after", "Mon, 12 Jan 1970 13:47:10 GMT")], 30.0),
            ([("X-RateLimit-Reset", "1000090000")], 1_000_090_000 - 1_000_000), ([("RateLimit-Reset", "12")], 12.0),
            ([("Retry-After", "soon")], nil), ([("Retry-After", "-5")], nil), ([], nil),
        ] as [([(String, String)], Double?)])
    func `the host's word on when to come back is read`(headers: [(String, String)], wait: Double?) {
        let date = RetryTime(headers.map { (name: $0.0, value: $0.1) }).date(from: Self.start)
        #expect(date.map { $0.timeIntervalSince(Self.start) } == wait)
    }
}
