#!/usr/bin/env bash
# Puts the programs, units, examples and man pages into place: `make install [PREFIX=/usr/local] [DESTDIR=…]`.
#
# Writes below the folder that it is given and nowhere else; /etc, users and running services are left alone.
# What remains to be done is printed at the end and stands in deploy/README.md.
# DESTDIR (environment) is where a package is gathered: it does not appear in the installed units.
# HANSHO_BIN (environment) names the folder of the built programs, default build/release/bin.
set -euo pipefail
target=${1:?usage: install.sh DESTDIR/PREFIX}
here=$(cd "$(dirname "$0")" && pwd)
programs=${HANSHO_BIN:-$here/../build/release/bin}
prefix=$target
[ -z "${DESTDIR:-}" ] || prefix=${target#"${DESTDIR%/}"}
case $prefix in
/*) ;;
*) echo "install.sh: PREFIX must be an absolute path, not \"$prefix\"" >&2; exit 1 ;;
esac
names=(hansho hansho-hub hansho-gate hansho-feed hansho-broadcaster hansho-telecom hansho-signage hansho-jalert hansho-sim)

for name in "${names[@]}"; do
	[ -x "$programs/$name" ] || { echo "install.sh: $programs/$name is missing: run make MODE=release build" >&2; exit 1; }
done
install -d "$target/bin" "$target/lib/systemd/system" "$target/lib/sysusers.d" "$target/share/hansho"
for name in "${names[@]}"; do
	install -m 0755 "$programs/$name" "$target/bin/$name"
done
for unit in "$here"/systemd/*.service; do
	sed "s|@BINDIR@|$prefix/bin|" "$unit" >"$target/lib/systemd/system/$(basename "$unit")"
	chmod 0644 "$target/lib/systemd/system/$(basename "$unit")"
done
for name in hub gate feed; do
	install -d "$target/lib/systemd/system/hansho-$name@drill.service.d"
	install -m 0644 "$here/systemd/drill.conf" "$target/lib/systemd/system/hansho-$name@drill.service.d/10-drill.conf"
done
install -m 0644 "$here/systemd/hansho.sysusers" "$target/lib/sysusers.d/hansho.conf"
for folder in live drill adapters tree; do
	install -d "$target/share/hansho/examples/$folder"
	install -m 0644 "$here/examples/$folder"/*.yaml "$target/share/hansho/examples/$folder/"
done
install -m 0644 "$here/runbook.md" "$here/prometheus/alerts.yaml" "$target/share/hansho/"
if /usr/bin/python3 "$here/gen/man.py" "$programs" "$target/share/hansho/.docs"; then
	install -d "$target/share/man/man1" "$target/share/man/man8" "$target/share/bash-completion/completions"
	install -m 0644 "$target/share/hansho/.docs"/*.1 "$target/share/man/man1/"
	install -m 0644 "$target/share/hansho/.docs"/*.8 "$target/share/man/man8/"
	install -m 0644 "$target/share/hansho/.docs/hansho.bash" "$target/share/bash-completion/completions/hansho"
	rm -r "$target/share/hansho/.docs"
fi
cat <<END
Installed below $target. Next (deploy/README.md says more):
  systemd-sysusers                               users and group
  mkdir -p /etc/hansho/live /etc/hansho/drill    then copy and edit $prefix/share/hansho/examples
  systemctl enable --now hansho-hub@live hansho-gate@live hansho-feed@live
END
