package import Foundation
package import PluginKit

/// What every object store must do, as checks that run against a real one.
///
/// Tests run each check as a case of its own:
///
///     @Test(arguments: ObjectStoreConformance.Check.allCases)
///     func `conforms`(_ check: ObjectStoreConformance.Check) async throws {
///         try await ObjectStoreConformance(store: store, folder: temporary).run(check)
///     }
///
/// A check works below a prefix of its own, so checks may run side by side and again on the same bucket.
package struct ObjectStoreConformance: Sendable {
    package enum Check: String, Sendable, CaseIterable {
        case getsWhatWasPut, putsEmptyObjects, keepsContentTypes, replacesObjects, repeatsPuts, truncatesTargets
        case missesAbsentObjects, failsWithoutTheFile, deletesTwice, readsRanges, takesUnusualKeys
        case keepsSlashes, separatesKeysFromPrefixes, takesTheLongestKey, refusesInvalidKeys
        case listsInByteOrder, listsPages, readsTheNewestVersion, carriesLargeObjects, putsAtomically, heedsCancellation
    }

    /// A promise of ``ObjectStore`` that the store broke.
    package struct Violation: Error, CustomStringConvertible {
        package let check: Check
        package let reason: String
        package var description: String { "\(check.rawValue): \(reason)" }
    }

    let store: any ObjectStore
    let folder: URL
    let largeSize: Int

    /// - Parameters:
    ///   - folder: an existing temporary folder.
    ///   - largeSize: bytes of the large object: choose it above the store's own limit for simple transfers.
    package init(store: any ObjectStore, folder: URL, largeSize: Int = 5 << 20) {
        self.store = store
        self.folder = folder
        self.largeSize = largeSize
    }

    /// - Throws: ``Violation``, or the store's error where the check expected none.
    package func run(_ check: Check) async throws {
        let bench = Bench(store: store, folder: folder, check: check)
        switch check {
        case .getsWhatWasPut: try await getsWhatWasPut(bench)
        case .putsEmptyObjects: try await putsEmptyObjects(bench)
        case .keepsContentTypes: try await keepsContentTypes(bench)
        case .replacesObjects: try await replacesObjects(bench)
        case .repeatsPuts: try await repeatsPuts(bench)
        case .truncatesTargets: try await truncatesTargets(bench)
        case .missesAbsentObjects: try await missesAbsentObjects(bench)
        case .failsWithoutTheFile: try await failsWithoutTheFile(bench)
        case .deletesTwice: try await deletesTwice(bench)
        case .readsRanges: try await readsRanges(bench)
        case .takesUnusualKeys: try await takesKeys(bench, Self.unusualKeys)
        case .keepsSlashes: try await takesKeys(bench, ["a//b", "/lead", "trail/", "a///", "back\\slash"])
        case .separatesKeysFromPrefixes: try await takesKeys(bench, ["a", "a/b", "a/b/c", "a/"])
        case .takesTheLongestKey: try await takesTheLongestKey(bench)
        case .refusesInvalidKeys: try await refusesInvalidKeys(bench)
        case .listsInByteOrder: try await listsInByteOrder(bench)
        case .listsPages: try await listsPages(bench)
        case .readsTheNewestVersion: try await readsTheNewestVersion(bench)
        case .carriesLargeObjects: try await carriesLargeObjects(bench)
        case .putsAtomically: try await putsAtomically(bench)
        case .heedsCancellation: try await heedsCancellation(bench)
        }
    }

    static let unusualKeys = [
        "with space", " lead and trail ", "plus+plus", "til~de", "per%cent", "per%2Fcent", "a&b=c?d#e", "quo'te\"s",
        "ünïcödé/日本語/😀", "star*(paren)!$,;:@", "<xml>&amp;", "..dots..", "...", "a.object", "a.o",
    ]
}
