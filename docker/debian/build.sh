#!/bin/sh
# Builds build/backpropd_VERSION_ARCHITECTURE.deb from what `make install` installs. The same sources make the
# same bytes, on machines with the same compiler and libraries: times are SOURCE_DATE_EPOCH.
# usage: build.sh VERSION
set -eu
version=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
maintainer=${DEB_MAINTAINER:-The authors of backpropd <backpropd@backpropd.invalid>}
for tool in dpkg-deb dpkg-shlibdeps; do
  if ! command -v $tool >/dev/null; then
    echo "SKIPPED: deb needs $tool (Debian's dpkg-dev)"
    exit 0
  fi
done
umask 022
work=$root/build/deb
tree=$work/tree
architecture=$(dpkg --print-architecture)
rm -rf "$work"
mkdir -p "$tree/DEBIAN" "$work/debian"

# what a machine gets
make -s -C "$root" install CONFIG=release DESTDIR="$tree" PREFIX=/usr UNITDIR=/lib/systemd/system >/dev/null
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$tree/usr/bin/backpropd"
gzip -9n "$tree/usr/share/man/man1/backpropd.1"
doc=$tree/usr/share/doc/backpropd
install -D -m 644 "$here/copyright" "$doc/copyright"
date=$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
printf 'backpropd (%s) unstable; urgency=medium\n\n  * Release %s.\n\n -- %s  %s\n' \
  "$version" "$version" "$maintainer" "$date" | gzip -9n >"$doc/changelog.gz"

# the control file
cd "$work"
printf 'Source: backpropd\n\nPackage: backpropd\nArchitecture: any\n' >debian/control
depends=$(dpkg-shlibdeps -O -e"$tree/usr/bin/backpropd" | sed 's/^shlibs:Depends=//')
size=$(du -k -s --apparent-size --exclude=DEBIAN "$tree" | cut -f 1)
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/" \
  -e "s/@DEPENDS@/$depends/; s/@MAINTAINER@/$maintainer/" "$here/control.in" >"$tree/DEBIAN/control"
for script in postinst prerm postrm; do
  install -m 755 "$here/$script" "$tree/DEBIAN/$script"
done
(cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | LC_ALL=C sort | xargs md5sum) >"$tree/DEBIAN/md5sums"

find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
deb=$root/build/backpropd_${version}_$architecture.deb
dpkg-deb --root-owner-group --uniform-compression -Zxz --build "$tree" "$deb" >/dev/null
echo "${deb#"$root"/}"
