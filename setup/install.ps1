# install.ps1 installs the ecrgate binary of this release on Windows.
#
#   setup\install.ps1 [-From URL-OR-FOLDER] [-Sums FILE] [-To FOLDER]
#
# -From  where the release files are; default: the GitHub release that VERSION names
# -Sums  their SHA-256 hashes, as sha256sum prints them; default: SHA256SUMS beside this script
# -To    the folder to install into; default: the current folder
#
# The hashes are part of the tagged commit, so pinning the commit pins the bytes, whatever serves
# them. A file whose hash differs is not installed, and the exit code is 1. Works with Windows
# PowerShell 5.1 and later.
param([string]$From = '', [string]$Sums = '', [string]$To = '')
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Stop-Setup([string]$message) {
    [Console]::Error.WriteLine("ecrgate setup: $message")
    exit 1
}

$file = 'ecrgate_windows_amd64.exe' # Windows on ARM runs it too
if ($Sums -eq '') { $Sums = Join-Path $PSScriptRoot 'SHA256SUMS' }
if ($To -eq '') { $To = '.' }

if (-not (Test-Path -LiteralPath $Sums -PathType Leaf)) {
    Stop-Setup "$Sums does not exist: this checkout is not a release (use a tag such as v1)"
}
$want = ''
foreach ($line in Get-Content -LiteralPath $Sums) {
    $fields = $line -split '\s+\*?'
    if ($fields.Count -ge 2 -and $fields[1] -eq $file) { $want = $fields[0] }
}
if ($want -notmatch '^[0-9a-f]{64}$') { Stop-Setup "$Sums has no SHA-256 hash for $file" }

$version = ''
$versionFile = Join-Path $PSScriptRoot 'VERSION'
if (Test-Path -LiteralPath $versionFile) { $version = (Get-Content -LiteralPath $versionFile -TotalCount 1).Trim() }
if ($From -eq '') {
    if ($version -eq '') {
        Stop-Setup "$versionFile does not exist: this checkout is not a release (use a tag such as v1, or pass -From)"
    }
    $From = "https://github.com/ecrgate/ecrgate/releases/download/v$version"
}

New-Item -ItemType Directory -Force -Path $To | Out-Null
$To = (Resolve-Path -LiteralPath $To).Path
$part = Join-Path $To ".ecrgate.$PID"
try {
    if ($From -match '^https?://') {
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        $source = $From.TrimEnd('/') + '/' + $file
        try { Invoke-WebRequest -UseBasicParsing -Uri $source -OutFile $part }
        catch { Stop-Setup "cannot download ${source}: $_" }
    } else {
        $source = Join-Path $From $file
        if (-not (Test-Path -LiteralPath $source -PathType Leaf)) { Stop-Setup "$source does not exist" }
        Copy-Item -LiteralPath $source -Destination $part
    }
    $got = (Get-FileHash -LiteralPath $part -Algorithm SHA256).Hash.ToLowerInvariant()
    if ($got -ne $want) {
        Stop-Setup "$source has the SHA-256 hash $got, want $want; nothing was installed"
    }
    Move-Item -Force -LiteralPath $part -Destination (Join-Path $To 'ecrgate.exe')
} finally {
    if (Test-Path -LiteralPath $part) { Remove-Item -Force -LiteralPath $part }
}
if ($env:GITHUB_PATH) { Add-Content -LiteralPath $env:GITHUB_PATH -Value $To -Encoding utf8 }
if ($env:GITHUB_OUTPUT) { Add-Content -LiteralPath $env:GITHUB_OUTPUT -Value "version=$version", "path=$To" -Encoding utf8 }
Write-Output "ecrgate setup: installed $(Join-Path $To 'ecrgate.exe') $version".Trim()
