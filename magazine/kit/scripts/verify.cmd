@echo off
rem Is this copy of the magazine whole and unchanged?
rem
rem     verify.cmd FOLDER
rem
rem Windows 10 and newer have all that is needed. The root key stands on paper, in the magazine and with its partners:
rem write it behind ROOT= in the way OpenSSH does (ssh-ed25519 AAAA...). Nothing is remembered: whether a copy is old,
rem the number of the release tells, which you compare with that of another copy.
setlocal EnableExtensions DisableDelayedExpansion
set "ROOT="
if defined MAGAZINE_ROOT set "ROOT=%MAGAZINE_ROOT%"
set "texts=%~dp0verify.txt"
set "say=findstr /b /l /c:"
chcp 65001 >nul
if not defined ROOT %say%"root " "%texts%" & exit /b 2
where ssh-keygen >nul 2>nul || (%say%"tool " "%texts%" & exit /b 2)
if "%~1"=="" %say%"2 " "%texts%" & exit /b 2
pushd "%~1" 2>nul || (%say%"3 " "%texts%" & exit /b 3)
for %%f in (keys.txt keys.txt.sig release.txt release.txt.sig SHA256SUMS.txt) do if not exist %%f echo %%f & %say%"11 " "%texts%" & exit /b 11
set "work=%TEMP%\magazine-%RANDOM%-%RANDOM%"
mkdir "%work%" || exit /b 3

rem the keys, by the root key; the note, by an active key
>"%work%\root" echo magazine namespaces="magazine-keys" %ROOT%
ssh-keygen -Y verify -f "%work%\root" -I magazine -n magazine-keys -s keys.txt.sig <keys.txt >nul 2>nul
if errorlevel 1 %say%"16 " "%texts%" & rmdir /s /q "%work%" & exit /b 16
type nul >"%work%\signers"
for /f "tokens=2,3" %%a in ('findstr /b /l /c:"active-ssh " keys.txt') do >>"%work%\signers" echo magazine namespaces="magazine-release" %%a %%b
rem more than one signature is for verify.py to count
for /f "tokens=2" %%n in ('findstr /b /l /c:"needs " keys.txt') do if not "%%n"=="1" type nul >"%work%\signers"
ssh-keygen -Y verify -f "%work%\signers" -I magazine -n magazine-release -s release.txt.sig <release.txt >nul 2>nul
if errorlevel 1 %say%"16 " "%texts%" & rmdir /s /q "%work%" & exit /b 16

rem the key list and the list of hashes, by the note
for %%p in ("keys=keys.txt" "sha256sums=SHA256SUMS.txt") do for /f "tokens=1,2 delims==" %%n in (%%p) do (
    set "wanted=" & set "hash="
    for /f "tokens=2" %%h in ('findstr /b /l /c:"%%n " release.txt') do set "wanted=%%h"
    for /f "skip=1 delims=" %%h in ('certutil -hashfile %%o SHA256') do if not defined hash set "hash=%%h"
    setlocal EnableDelayedExpansion
    if /i not "!hash: =!"=="!wanted!" echo %%o & %say%"13 " "%texts%" & rmdir /s /q "%work%" & exit /b 13
    endlocal
)
findstr /r /c:"[^0-9A-Za-z_.+@=,() /-]" SHA256SUMS.txt >nul && %say%"19 " "%texts%" && rmdir /s /q "%work%" && exit /b 19
findstr /l /c:"../" /c:"  /" SHA256SUMS.txt >nul && %say%"19 " "%texts%" && rmdir /s /q "%work%" && exit /b 19

rem the files, by the list of hashes; certutil cannot read empty ones
for /f "usebackq tokens=1,*" %%a in ("SHA256SUMS.txt") do (
    >>"%work%\names" echo %%b
    set "file=%%b" & set "hash="
    setlocal EnableDelayedExpansion
    set "file=!file:/=\!"
    if not exist "!file!" (
        echo !file! & %say%"11 " "%texts%" & >>"%work%\missing" echo x
    ) else (
        for %%z in ("!file!") do if %%~zz==0 set "hash=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        if not defined hash for /f "skip=1 delims=" %%h in ('certutil -hashfile "!file!" SHA256') do if not defined hash set "hash=%%h"
        if /i not "!hash: =!"=="%%a" echo !file! & %say%"10 " "%texts%" & >>"%work%\changed" echo x
    )
    endlocal
)

rem what was added; packs are left to verify.py
for %%f in (SHA256SUMS.txt keys.txt keys.txt.sig keys.txt.minisig release.txt release.txt.sig release.txt.minisig) do >>"%work%\names" echo %%f
for /l %%n in (2,1,9) do for %%s in (sig minisig) do >>"%work%\names" echo release.txt.%%n.%%s
for /f "delims=" %%f in ('dir /s /b /a-d') do (
    set "file=%%f"
    setlocal EnableDelayedExpansion
    set "file=!file:%CD%\=!"
    if not "!file:~0,9!"=="releases\" (
        set "file=!file:\=/!"
        findstr /x /l /c:"!file!" "%work%\names" >nul || (echo !file! & %say%"12 " "%texts%" & >>"%work%\added" echo x)
    )
    endlocal
)
set "code=0"
if exist "%work%\added" set "code=12"
if exist "%work%\missing" set "code=11"
if exist "%work%\changed" set "code=10"
if not "%code%"=="0" rmdir /s /q "%work%" & exit /b %code%

findstr /b /l /c:"seq " /c:"date " /c:"expires " /c:"files " release.txt
for /f %%d in ('powershell -NoProfile -Command "(Get-Date).ToUniversalTime().ToString('yyyyMMdd')"') do set "today=%%d"
set "end=" & set "last="
for /f "tokens=2" %%d in ('findstr /b /l /c:"expires " keys.txt') do set "last=%%d"
for /f "tokens=2" %%d in ('findstr /b /l /c:"expires " release.txt') do set "end=%%d"
rmdir /s /q "%work%"
if %last:-=% LSS %today% %say%"18 " "%texts%" & exit /b 18
if %end:-=% LSS %today% %say%"15 " "%texts%" & exit /b 15
%say%"0 " "%texts%"
exit /b 0
