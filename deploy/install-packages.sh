#!/usr/bin/env bash
# Installs those packages of the list that are missing: those without a group, or those of the group that is named.
# Needs root or sudo only when something is missing. Packages of a group may bring services along, which nobody asked
# for: they are neither started now nor at the next boot.
set -euo pipefail
list=${1:?usage: install-packages.sh LIST [GROUP]}
group=${2:-}
mapfile -t wanted < <(sed -e 's/#.*//' "$list" | awk -v group="${group:+[$group]}" 'NF && $2 == group { print $1 }')
# What an installed package provides is there too: a nodejs that brings npm along conflicts with Debian's npm.
installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}, ${Provides}\n' | sed -n 's/^ii //p' | tr ',' '\n' |
	sed -E 's/\(.*//; s/[[:space:]]//g')
missing=()
for package in "${wanted[@]}"; do
	grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0
echo "installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || { echo "run this as root once: apt-get install ${missing[*]}" >&2; exit 1; }
	as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d # 101: "do not start it" (invoke-rc.d, deb-systemd-invoke)
if [ -n "$group" ] && [ ! -e "$policy" ]; then
	trap '"${as_root[@]}" rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
	"${as_root[@]}" chmod 755 "$policy"
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
[ -n "$group" ] || exit 0
mapfile -t services < <(dpkg -L "${missing[@]}" | sed -nE 's,.*/systemd/system/([^/@]+\.service)$,\1,p' | sort -u)
if [ "${#services[@]}" -gt 0 ] && command -v systemctl >/dev/null; then
	"${as_root[@]}" systemctl disable --quiet "${services[@]}"
fi
