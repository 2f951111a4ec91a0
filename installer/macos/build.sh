#!/bin/sh
# Builds Leadlight.app and a disk image on macOS 13 or newer. Needs Python 3.11 or newer.
#     sh installer/macos/build.sh
# Signing and notarising need a developer identity:
#     LEADLIGHT_SIGN="Developer ID Application: NAME (TEAM)" sh installer/macos/build.sh
set -eu
cd "$(dirname "$0")/../.."
python=$(python3 installer/bootstrap.py setup bundle | tail -n 1)
"$python" -m installer.bundle build
"$python" -m installer.bundle smoke dist/Leadlight.app/Contents/MacOS/leadlight
if [ -n "${LEADLIGHT_SIGN:-}" ]; then
  codesign --deep --force --options runtime --sign "$LEADLIGHT_SIGN" dist/Leadlight.app
fi
version=$("$python" -c "import viewer; print(viewer.__version__)")
hdiutil create -volname Leadlight -srcfolder dist/Leadlight.app -ov -format UDZO \
  "dist/Leadlight-$version.dmg"
