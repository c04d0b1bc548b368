/// The two scripts that run a build's commands. They talk to ``BuildShell`` over two descriptors that no command sees:
/// 8 brings the next command's file, 9 takes what became of it. Records on 9 end with a NUL, which no value can hold.
enum ShellScripts {
    /// Starts the shell, and starts it again when a command ended it (`exit`, `kill`, a syntax error).
    static let keeper = """
        while :; do
            "$1" "$2/shell" "$2" "$3" "$4"
            printf 'ended %s\\0' "$?" >&9
            IFS= read -r penstock_answer <&8 || exit 0
        done
        """

    /// Runs one command's file after the other in this very shell. `set` options are the commands' own: they are off
    /// while this script's lines run. What the commands exported, and where they went, outlives the shell.
    static let shell = """
        penstock_commands=$1
        penstock_state=$2
        penstock_mode=$3
        penstock_flags=
        set --
        umask 022
        penstock_keep() {
            { export -p >"$penstock_state/environment.new" && pwd >"$penstock_state/folder.new" &&
                mv "$penstock_state/environment.new" "$penstock_state/environment" &&
                mv "$penstock_state/folder.new" "$penstock_state/folder"; } 2>/dev/null
        }
        if [ "$penstock_mode" = one ] && [ -f "$penstock_state/environment" ]; then
            . "$penstock_state/environment"
            cd "$(cat "$penstock_state/folder")" || cd "$CODEBUILD_SRC_DIR" || exit 125
        else
            cd "$CODEBUILD_SRC_DIR" || exit 125
        fi
        if [ "$penstock_mode" = one ]; then
            trap '{ set +x; } 2>/dev/null; penstock_keep' EXIT
        fi
        while IFS=' ' read -r penstock_verb penstock_file CODEBUILD_BUILD_SUCCEEDING <&8; do
            export CODEBUILD_BUILD_SUCCEEDING
            if [ "$penstock_verb" = value ]; then
                if eval "[ \\"\\${$penstock_file+set}\\" ]"; then
                    eval "printf 'set %s\\\\0' \\"\\$$penstock_file\\"" >&9
                else
                    printf 'unset\\0' >&9
                fi
                continue
            fi
            case $penstock_flags in *e*) set -e ;; esac
            case $penstock_flags in *f*) set -f ;; esac
            case $penstock_flags in *u*) set -u ;; esac
            case $penstock_flags in *v*) set -v ;; esac
            case $penstock_flags in *x*) set -x ;; esac
            { . "$penstock_commands/$penstock_file"; } </dev/null 8>&- 9>&-
            { penstock_status=$?; penstock_flags=$-; set +efuvx; } 2>/dev/null
            [ "$penstock_mode" = one ] || exit "$penstock_status"
            penstock_keep
            printf 'status %s\\0' "$penstock_status" >&9
        done
        exit 0
        """
}
