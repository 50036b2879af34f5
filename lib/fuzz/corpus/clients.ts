/** Byte scripts of real clients, as protocol.md section 3 describes what they send; the credentials are the target's. */
export const CLIENTS: Readonly<Record<string, string>> = {
  'glibc rexec(3), no stderr channel': String.raw`
    send "\0"
    send user "\0" password "\0echo fuzz\0"
    expect end`,
  'glibc rexec(3), which waits in accept before it names the user': String.raw`
    listen accept
    send port "\0"
    expect channel
    send user "\0" password "\0echo oops >&2\0"
    expect answer
    half-close
    expect end`,
  'Commons Net, separate stream': String.raw`
    listen accept
    send port "\0"
    expect channel
    send user "\0"
    send password "\0"
    send "cat\0"
    expect answer
    send "one line\n"
    half-close
    expect end`,
  'inetutils rexec, which half-closes its second connection at once': String.raw`
    listen accept
    send port "\0"
    expect channel
    half-close channel
    send user "\0" password "\0echo oops >&2\0"
    half-close
    expect end`,
  'inetutils rexec -n': String.raw`
    send "0\0"
    send user "\0" password "\0:\0"
    half-close
    expect end`,
  'SADD rexec, which sends signals': String.raw`
    listen accept
    send port "\0"
    expect channel
    send user "\0" password "\0cat\0"
    expect answer
    signal 2
    signal 15
    expect end`,
  'nmap -sV, a DNS probe that comes out as a login': String.raw`
    send "\0\x1e\0\x06\x01\0\0\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03"
    expect end`,
  'nmap -sV, GenericLines': String.raw`
    send "\r\n\r\n"
    half-close`,
  'nmap --script rexec-brute': String.raw`
    send "\0" user "\0wrong\0id\0"
    expect end`,
  'medusa -M rexec': String.raw`
    send "\0" user "\0" password "\0echo fuzz\0"
    expect end`,
  'hydra rexec': String.raw`
    send "\0root\0wrong\0/bin/ls /\0"
    expect end`,
  'Metasploit rexec_login, which keeps stdin open': String.raw`
    send "\0" user "\0" password "\0cat\0"
    expect answer
    send "id\n"
    wait 5
    half-close
    expect end`,
  'Metasploit rexec_login with ENABLE_STDERR, which accepts after it has sent everything': String.raw`
    listen late 20
    send port "\0" user "\0" password "\0echo oops >&2\0"
    expect end`,
  'OpenVAS, a user of 260': String.raw`
    send "\0" "x"*260 "\0xxx\0id\0"
    expect end`,
  'Perl Net::Rexec, three writes': String.raw`
    send "0\0"
    send user "\0"
    send password "\0"
    send "echo fuzz\0"
    expect end`,
};
