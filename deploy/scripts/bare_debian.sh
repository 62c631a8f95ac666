#!/usr/bin/env bash
# Try `make up` where nothing is installed: a Debian in a folder with Python, venv and make alone.
#
#   deploy/scripts/bare_debian.sh DIR [USER]
#
# Needs root and debootstrap. DIR is made, or used again if it holds a Debian already. The clone is the last
# commit of this repository; the configuration of pip and npm on this machine goes with it, so that the same
# mirrors are used. With USER the install runs as that ordinary user, otherwise as root. What is in
# BARE_MIRROR is debootstrap's mirror, and MAKE_ARGS go to make.
set -euo pipefail

root=${1:?a folder for the Debian}
user=${2:-root}
source=$(cd "$(dirname "$0")/../.." && pwd)

if [ ! -e "$root/etc/debian_version" ]; then
  debootstrap --variant=minbase --include=python3,python3-venv,make,ca-certificates \
    bookworm "$root" ${BARE_MIRROR:+"$BARE_MIRROR"}
fi
mounted=()
show() { # TARGET OPTIONS...: mount once, never handing an unmount back to this machine
  mkdir -p "$1"
  mountpoint -q "$1" && return
  mount "${@:2}" "$1"
  mount --make-rslave "$1"
  mounted+=("$1")
}
trap 'for one in "${mounted[@]}"; do umount -R "$one" || true; done' EXIT
show "$root/proc" -t proc proc
show "$root/dev" --rbind /dev

cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
cp -rL /etc/ssl/certs "$root/etc/ssl/" 2>/dev/null || true
if [ "$user" = root ]; then
  home=/root
else
  home=/home/$user
  chroot "$root" id "$user" >/dev/null 2>&1 || chroot "$root" useradd --create-home "$user"
fi
[ ! -e /etc/pip.conf ] || cp /etc/pip.conf "$root/etc/"
mkdir -p "$root$home/.config"
[ ! -d "$HOME/.config/pip" ] || cp -r "$HOME/.config/pip" "$root$home/.config/"
[ ! -e "$HOME/.npmrc" ] || cp "$HOME/.npmrc" "$root$home/"
# Folders that pip is configured to look into are shown inside; an index keeps its files beside it.
for folder in $(python3 -m pip config list 2>/dev/null | grep -oE "(file://)?/[^ '\"]+" | sed 's#^file://##' | sort -u); do
  [ -d "$folder" ] || continue
  [ "$(basename "$folder")" != simple ] || folder=$(dirname "$folder")
  show "$root$folder" --bind "$folder"
done

rm -rf "${root:?}$home/kuznia"
git clone --quiet "$source" "$root$home/kuznia"
chroot "$root" chown -R "$user" "$home"

variables=(HOME="$home" USER="$user" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
for name in PIP_CERT PIP_INDEX_URL PIP_EXTRA_INDEX_URL SSL_CERT_FILE NODE_EXTRA_CA_CERTS https_proxy HTTPS_PROXY; do
  [ -z "${!name:-}" ] || variables+=("$name=${!name}")
done
time chroot "$root" setpriv --reuid "$user" --regid "$user" --init-groups \
  env -i "${variables[@]}" make -C "$home/kuznia" ${MAKE_ARGS:-up}
