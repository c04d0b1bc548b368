import PipelineModel
import Testing

@Suite struct GlobPatternTests {
    @Test(arguments: [
        // The guide's examples.
        ("**", ["a", "a/b", ".x", "a/.b/c"], []),
        (
            "common/**/*.js", ["common/app.js", "common/a/app.js", "common/a/b/app.js"],
            ["app.js", "common/app.ts", "x/common/app.js"]
        ),
        ("dir/**", ["dir/a", "dir/a/b", "dir/.a"], ["dir", "other/a", "mydir/a"]),
        ("dir/*", ["dir/a", "dir/.a"], ["dir/a/b", "dir", "a"]),
        ("my-file.jar", ["my-file.jar"], ["dir/my-file.jar", "my-file.jar2", "my-file_jar", "My-file.jar"]),
        ("feature/*", ["feature/a"], ["feature/a/b", "feature", "features/a"]),
        ("feature-*", ["feature-x", "feature-"], ["feature-x/y", "feature"]),
        ("feature-**", ["feature-x", "feature-x/y"], ["feature"]),
        ("main", ["main"], ["Main", "main2", "a/main"]),
        // Stars.
        ("*", ["a", "", ".a"], ["a/b"]),
        ("*.js", ["a.js", ".js"], ["a/b.js", "a.jsx"]),
        ("**.js", ["a.js", "a/b.js"], ["a.jsx"]),
        ("**/a", ["a", "x/a", "x/y/a"], ["xa", "x/ya", "a/x"]),
        ("x**/a", ["x/a", "xy/a", "x/y/a"], ["xa", "a"]),
        ("a/**/b/**/c", ["a/b/c", "a/x/b/c", "a/b/y/z/c"], ["a/c", "ab/c"]),
        ("**/**/a", ["a", "x/a"], ["ba"]),
        ("***", ["a/b", ""], []),
        ("**/a/b", ["a/b", "x/a/b"], ["b", "xa/b"]), ("x{a,b}/c", ["xa/c", "xb/c"], ["x/c", "xac"]),
        ("x{/a,}", ["x", "x/a"], ["/a", "xa"]), ("{**/,}c", ["c", "a/c"], ["ac"]), ("*aa", ["aa", "aaa"], ["a"]),
        ("a*b*c", ["abc", "axbyc"], ["ab", "a/bc", "abcd"]),
        // One character.
        ("?", ["a", "é", "😀", "*"], ["", "ab", "/"]),
        ("v?.?", ["v1.2"], ["v1.22", "v/.2"]),
        ("größe-*", ["größe-1"], ["grosse-1"]),
        // Sets.
        ("[abc]", ["a", "c"], ["d", "ab", ""]),
        ("[a-c]x", ["ax", "cx"], ["dx"]),
        ("[!a-c]", ["d", "é"], ["a", "/", "b"]),
        ("[*?\\]", ["*", "?", "\\"], ["a"]),
        ("[-a]", ["-", "a"], ["b"]),
        ("[!-a]", ["b"], ["-", "a"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("[^a]", ["^", "a"], ["b"]),
        ("[[]", ["["], ["]"]),
        ("v[0-9].[0-9]", ["v1.2"], ["v1.x"]),
        ("[ä-ü]", ["ö"], ["o"]),
        // Alternatives.
        ("{a,b}", ["a", "b"], ["c", "ab", "a,b"]),
        ("*.{js,ts}", ["a.js", ".ts"], ["a.jsx", "a/b.js"]),
        ("{main,release/**}", ["main", "release/1", "release/1/x"], ["release", "mainx"]),
        ("{a,}b", ["ab", "b"], ["a"]),
        ("x{a,b}{c,d}y", ["xacy", "xbdy"], ["xaby", "xy"]),
        ("{**/,}a", ["a", "b/a"], ["ba"]),
        ("{src/,lib/}**/a", ["src/a", "lib/x/a"], ["src", "srca"]),
        ("{src/,lib}**/a", ["src/x/a", "src//a", "libx/a"], ["src/a"]),
        ("a,b}", ["a,b}"], ["a"]),
        // Escapes.
        ("\\*", ["*"], ["a", "\\*"]),
        ("\\{a,b\\}", ["{a,b}"], ["a"]),
        ("{\\,,\\}}", [",", "}"], ["a"]),
        ("\\a\\\\", ["a\\"], ["\\a\\"]),
        ("a]", ["a]"], ["a"]),
    ])
    func `a pattern matches these names and not those`(pattern: String, matching: [String], other: [String]) throws {
        let glob = try GlobPattern(pattern)
        for name in matching { #expect(glob.matches(name), "\(pattern) should match \(name)") }
        for name in other { #expect(!glob.matches(name), "\(pattern) should not match \(name)") }
    }

    @Test(arguments: [
        ("", "it is empty"), ("[a", "'[' has no ']'"), ("[", "'[' has no ']'"), ("[]", "takes no character"),
        ("[!]", "takes no character"), ("[a/b]", "can't take '/'"), ("[c-a]", "'c-a' runs backwards"),
        ("[!a--b]", "'a--' runs backwards"), ("[a-c-z]", "needs a character before it"),
        ("[a-c-]", "needs a character before it"), ("[+-/]", "can't take '/'"),
        ("{a,b", "'{' has no '}'"), ("{a,{b,c}}", "can't stand inside"), ("a\\", "escapes nothing"),
    ])
    func `a malformed pattern is refused with the reason`(pattern: String, reason: String) throws {
        let error = try #require(throws: GlobPatternError.self) { try GlobPattern(pattern) }
        #expect(error.reason.contains(reason))
        #expect(error.description.contains("'\(pattern)'"))
    }

    @Test(arguments: [
        "*a*a*a*a*a*b", "**a**a**a**a**b", "{a,aa}*{a,aa}*{a,aa}*{a,aa}*b", "**/**/**/**/**/**/x", "?*?*?*?*?*?*b",
    ])
    func `no name makes a pattern slow`(pattern: String) throws {
        let glob = try GlobPattern(pattern)
        let clock = ContinuousClock()
        let taken = clock.measure {
            #expect(!glob.matches(String(repeating: "a", count: 4096)))
            #expect(!glob.matches(String(repeating: "a/", count: 2048)))
        }
        #expect(taken < .seconds(2))
    }

    @Test func `a pattern of the greatest length matches a path of the greatest length`() throws {
        let glob = try GlobPattern(String(repeating: "*a", count: 127) + "b")
        #expect(glob.matches(String(repeating: "a", count: 4095) + "b"))
        #expect(!glob.matches(String(repeating: "a", count: 4096)))
    }

    @Test func `names are compared scalar by scalar, not as people read them`() throws {
        #expect(!(try GlobPattern("é").matches("e\u{301}")))
        #expect(try GlobPattern("é") != GlobPattern("e\u{301}"))
    }

    /// An oracle that is plainly right and exponential.
    private static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        let rest = pattern.dropFirst()
        if first == "*" {
            let isDouble = rest.first == "*"
            let after = isDouble ? rest.dropFirst() : rest
            if matches(after, name) { return true }
            guard let next = name.first, isDouble || next != "/" else { return false }
            return matches(pattern, name.dropFirst())
        }
        guard let next = name.first else { return false }
        return (first == "?" ? next != "/" : first == next) && matches(rest, name.dropFirst())
    }

    @Test func `random patterns match as a plain backtracking matcher says`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            let pattern = (0..<Int.random(in: 1...7, using: &generator)).map { _ in "aab*?/".randomElement() ?? "a" }
            // `**/` is more than its parts: the table above tells.
            guard !String(pattern).contains("**/") else { continue }
            let name = (0..<Int.random(in: 0...7, using: &generator)).map { _ in "aab/".randomElement() ?? "a" }
            #expect(
                try GlobPattern(String(pattern)).matches(String(name)) == Self.matches(pattern[...], name[...]),
                "\(String(pattern)) on \(String(name))")
        }
    }
}

@Suite struct FilterCriteriaTests {
    @Test(
        arguments: [
            (nil, nil, "a", true),
            ([], [], "a", true),
            (["a"], nil, "a", true),
            (["a"], nil, "b", false),
            (["a", "b*"], nil, "bc", true),
            (nil, ["a"], "a", false),
            (nil, ["a"], "b", true),
            ([], ["a"], "b", true),
            (["*"], ["a"], "a", false),
            (["a"], ["*"], "a", false),
            (["release/**"], ["release/old/**"], "release/1", true),
            (["release/**"], ["release/old/**"], "release/old/1", false),
            (["["], nil, "a", false),
            (nil, ["["], "a", true),
        ] as [([String]?, [String]?, String, Bool)])
    func `excludes win, and with includes one must match`(
        includes: [String]?, excludes: [String]?, name: String, admitted: Bool
    ) {
        #expect(FilterCriteria(includes: includes, excludes: excludes).admits(name) == admitted)
    }
}
