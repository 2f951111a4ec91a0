; Inno Setup 6: iscc installer\windows\leadlight.iss
; For one user, without administrator rights. Run installer\windows\build.ps1, which builds the
; bundle first and hands the version over.
#ifndef Version
  #define Version "0.1.0"
#endif

[Setup]
AppId={{6C6B9E1E-7D0B-4C39-9C7A-1EAD11647000}
AppName=Leadlight
AppVersion={#Version}
AppPublisher=Leadlight developers
DefaultDirName={localappdata}\Programs\Leadlight
DefaultGroupName=Leadlight
PrivilegesRequired=lowest
OutputDir=..\..\dist
OutputBaseFilename=Leadlight-{#Version}-setup
Compression=lzma2
SolidCompression=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
LicenseFile=..\..\LICENSE
UninstallDisplayIcon={app}\leadlight.exe

[Files]
Source: "..\..\dist\leadlight\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[InstallDelete]
; an older version leaves no library behind that the new one would load
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\Leadlight"; Filename: "{app}\leadlight.exe"
Name: "{userdesktop}\Leadlight"; Filename: "{app}\leadlight.exe"; Tasks: desktop

[Tasks]
Name: "desktop"; Description: "Put a link on the desktop"; Flags: unchecked
Name: "types"; Description: "Open WFDB, DICOM, SCP-ECG, EDF and BDF files with Leadlight"

[Registry]
Root: HKCU; Subkey: "Software\Classes\Leadlight.ECG"; ValueType: string; ValueData: "ECG recording"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Classes\Leadlight.ECG\shell\open\command"; ValueType: string; ValueData: """{app}\leadlight.exe"" ""%1"""
Root: HKCU; Subkey: "Software\Classes\.hea\OpenWithProgids"; ValueType: string; ValueName: "Leadlight.ECG"; Tasks: types; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\.dcm\OpenWithProgids"; ValueType: string; ValueName: "Leadlight.ECG"; Tasks: types; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\.scp\OpenWithProgids"; ValueType: string; ValueName: "Leadlight.ECG"; Tasks: types; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\.edf\OpenWithProgids"; ValueType: string; ValueName: "Leadlight.ECG"; Tasks: types; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\.bdf\OpenWithProgids"; ValueType: string; ValueName: "Leadlight.ECG"; Tasks: types; Flags: uninsdeletevalue

[Run]
Filename: "{app}\leadlight.exe"; Description: "Open Leadlight"; Flags: nowait postinstall skipifsilent
