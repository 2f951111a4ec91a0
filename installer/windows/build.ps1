# Builds the bundle and the installer on Windows 10 or 11, x64. Needs Python 3.11 or newer and
# Inno Setup 6 (https://jrsoftware.org). From the folder of the repository:
#     powershell -ExecutionPolicy Bypass -File installer\windows\build.ps1
$ErrorActionPreference = "Stop"
$python = (py installer\bootstrap.py setup bundle | Select-Object -Last 1)
& $python -m installer.bundle build
& $python -m installer.bundle smoke dist\leadlight\leadlight.exe
$version = (& $python -c "import viewer; print(viewer.__version__)")
$compiler = "${env:ProgramFiles(x86)}\Inno Setup 6\ISCC.exe"
if (-not (Test-Path $compiler)) { throw "Inno Setup 6 is missing; get it from https://jrsoftware.org" }
& $compiler "/DVersion=$version" installer\windows\leadlight.iss
