import Foundation
import Glibc

extension ArchiveError: CustomStringConvertible {
    /// One sentence with the place, the fault and the remedy; names are quoted and their control characters escaped.
    package var description: String {
        switch self {
        case .cancelled: "cancelled before the archive was complete; nothing was left behind"
        case .system(let doing, let path, let code):
            "can't \(doing) \(quoted(path)): \(String(cString: strerror(code))) (errno \(code))"
        case .notAnArchive(let reason): "not a usable zip archive: \(reason); pack it again with a zip tool"
        case .folderNotEmpty(let path):
            "\(quoted(path)) is neither absent nor an empty folder; unpack into a new one"
        case .tooManyEntries(let count, let limit):
            "the archive has \(count) entries and the limit is \(limit); raise the limit or split the artifact"
        case .tooLarge(let size, let limit):
            "the archive unpacks to \(size) bytes and the limit is \(limit); raise the limit or split the artifact"
        case .ratioTooHigh(let size, let archive, let limit):
            "\(archive) bytes would unpack to \(size), more than \(limit) times as much, as an archive bomb does; "
                + "raise the ratio limit if that is meant"
        default: packing ?? entry
        }
    }

    /// What packing alone, or packing and unpacking both, may complain of.
    private var packing: String? {
        switch self {
        case .unpackableName(let path, let fault):
            "\(quoted(path)) can't be packed: its name \(fault); rename it or leave it out of the artifact"
        case .specialFile(let path, let kind):
            "\(quoted(path)) is a \(kind), which an archive can't hold; remove it or leave it out of the artifact"
        case .changedWhilePacking(let path):
            "\(quoted(path)) changed while it was packed; pack when nothing writes there any more"
        case .outputInsideFolder(let output, let folder):
            "the archive \(quoted(output)) would lie inside \(quoted(folder)), which it packs; choose another place"
        case .duplicateName(let name): "two entries are named \(quoted(name)); each name may come once"
        case .entryBelowFile(let name, let file):
            "entry \(quoted(name)) lies below \(quoted(file)), which is a file; rename one of them"
        default: nil
        }
    }

    /// What one entry of an archive is refused for.
    private var entry: String {
        switch self {
        case .unsafeName(let name, let fault):
            "entry \(quoted(name)) is refused: its name \(fault); pack again with plain relative names"
        case .caseClash(let name, let other):
            "entries \(quoted(other)) and \(quoted(name)) differ only by case or accent form; rename one of them"
        case .linkLeadsOut(let name, let target):
            "link \(quoted(name)) leads out of the archive, to \(quoted(target)); "
                + "make it relative and keep it inside, or pack the file itself"
        case .linkChainTooLong(let name):
            "link \(quoted(name)) goes through more than \(LinkCheck.hops) links or round in a circle; point it straight"
        case .entryBelowLink(let name, let link):
            "entry \(quoted(name)) would be written through the link \(quoted(link)); pack the real folder"
        case .specialEntry(let name, let kind):
            "entry \(quoted(name)) is refused: it is a \(kind); only files, folders and links are unpacked"
        case .encrypted(let name): "entry \(quoted(name)) is encrypted; pack it again without a password"
        case .unsupportedMethod(let name, let method):
            "entry \(quoted(name)) uses compression method \(method); only stored (0) and deflate (8) are read"
        case .headersDisagree(let name, let about):
            "entry \(quoted(name)): its own header and the archive's directory disagree about the \(about); "
                + "pack it again"
        case .overlap(let name): "entry \(quoted(name)) overlaps another one, as an archive bomb does; pack it again"
        case .truncated(let name): "the archive ends inside entry \(quoted(name)); fetch or pack it again"
        case .damaged(let name): "entry \(quoted(name)) can't be decompressed; fetch or pack the archive again"
        case .sizeMismatch(let name, let declared):
            "entry \(quoted(name)) doesn't have the \(declared) bytes that it declares; fetch or pack the archive again"
        case .checksumMismatch(let name):
            "entry \(quoted(name)) has another CRC-32 than declared; fetch or pack the archive again"
        default: "the archive is refused"
        }
    }

    private func quoted(_ text: String) -> String {
        String(reflecting: text)
    }
}
