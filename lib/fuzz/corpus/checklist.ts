/** What protocol.md section 6.10 and sections 1 and 4 name as worth trying. */
export const CHECKLIST: Readonly<Record<string, string>> = {
  'an HTTP client': 'send "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"\nexpect end',
  'an SSH client': 'send "SSH-2.0-OpenSSH_9.2\\r\\n"\nexpect end',
  'a TLS client': 'send "\\x16\\x03\\x01\\x02\\0\\x01\\0\\x01\\xfc\\x03\\x03"\nexpect end',
  'a port that wraps to none': 'send "65536\\0" user "\\0" password "\\0:\\0"\nexpect end',
  'a port that wraps to a reserved one': 'send "66048\\0" user "\\0" password "\\0:\\0"\nexpect end',
  'a port that wraps at 32 bits': 'send "4294967296\\0" user "\\0" password "\\0:\\0"\nexpect end',
  'a negative port': 'send "-1\\0" user "\\0" password "\\0:\\0"\nexpect end',
  'a port of six digits': 'send "102400"\nexpect end',
  'a port that never ends': 'send "0"*131072\nexpect end',
  'NULs and nothing else': 'send "\\0"*600\nhalf-close',
  'a silent peer that leaves': 'half-close\nexpect end',
  'a peer that resets at once': 'reset',
  'an end inside the port': 'send "102"\nhalf-close\nexpect end',
  'an end inside the user': 'send "\\0ad"\nhalf-close\nexpect end',
  'an end inside the password': 'send "\\0" user "\\0se"\nhalf-close\nexpect end',
  'an end inside the command': 'send "\\0" user "\\0" password "\\0ec"\nhalf-close\nexpect end',
  'one byte a segment': 'send "0\\0" user "\\0" password "\\0echo fuzz\\0" every 1\nexpect end',
  'as long as may be': 'send "00000\\0" user "\\0" password "\\0: " "c"*8190 "\\0"\nexpect end',
  'a user as long as may be': 'send "\\0" "u"*256 "\\0" password "\\0:\\0"\nexpect end',
  'a user one shorter': 'send "\\0" "u"*255 "\\0" password "\\0:\\0"\nexpect end',
  'a password as long as may be': 'send "\\0" user "\\0" "p"*256 "\\0:\\0"\nexpect end',
  'a password one shorter': 'send "\\0" user "\\0" "p"*255 "\\0:\\0"\nexpect end',
  'a command of 131072 bytes': 'send "\\0" user "\\0" password "\\0: " "c"*131070 "\\0"\nexpect end',
  'a user one too long, without its NUL': 'send "\\0" "u"*257\nexpect end',
  'a password one too long, without its NUL': 'send "\\0" user "\\0" "p"*257\nexpect end',
  'a command one too long, without its NUL': 'send "\\0" user "\\0" password "\\0" "c"*8193\nexpect end',
  'a port without its NUL':
    'listen accept\nsend port\nwait 60\nsend "\\0" user "\\0" password "\\0:\\0"\nexpect end',
  'a request without the NUL of its command':
    'send "\\0" user "\\0" password "\\0:"\nwait 60\nsend "\\0"\nexpect end',
  'a user without its NUL, and a while':
    'send "\\0" user\nwait 60\nsend "\\0" password "\\0:\\0"\nexpect end',
  'a reserved port that listens':
    'listen reserved\nsend port "\\0" user "\\0" password "\\0:\\0"\nexpect end',
  'a stderr port that is closed': 'listen refuse\nsend port "\\0" user "\\0" password "\\0:\\0"\nexpect end',
  'a stderr port that never reads':
    'listen stall\nsend port "\\0" user "\\0" password "\\0echo oops >&2\\0"\nexpect end',
  'a peer from another address':
    'connect from 127.0.0.2\nlisten accept\nsend port "\\0"\nexpect channel\nsend user "\\0" password "\\0:\\0"\nexpect end',
  'a signal that ends':
    'listen accept\nsend port "\\0" user "\\0" password "\\0cat\\0"\nexpect answer\nsignal 15\nexpect end',
  'signals that are none':
    'listen accept\nsend port "\\0" user "\\0" password "\\0cat\\0"\nexpect answer\nsignal 0 64 65 128 255\nhalf-close\nexpect end',
  'a stop and a kill':
    'listen accept\nsend port "\\0" user "\\0" password "\\0cat\\0"\nexpect answer\nsignal 19 9\nexpect end',
  'a stderr channel that is reset':
    'listen accept\nsend port "\\0" user "\\0" password "\\0cat\\0"\nexpect answer\nreset channel\nhalf-close\nexpect end',
  'stdin in the segment of the request':
    'send "\\0" user "\\0" password "\\0cat\\0early\\0\\xff"\nhalf-close\nexpect end',
  'stdin before and after the answer':
    'send "\\0" user "\\0" password "\\0cat\\0early"\nexpect answer\nsend "late"\nhalf-close\nexpect end',
  'a request in the input of another':
    'send "\\0" user "\\0" password "\\0cat\\0\\0" user "\\0" password "\\0:\\0"\nhalf-close\nexpect end',
  'text that is not UTF-8': 'send "\\0\\xff\\xfe\\0\\xff\\0\\xff\\0"\nexpect end',
  'a user that is half a character': 'send "\\0\\xc3\\0" password "\\0:\\0"\nexpect end',
  'an unknown user beside a wrong password':
    'send "\\0nobody-of-that-name\\0wrong\\0:\\0"\nb send "\\0" user "\\0wrong\\0:\\0"\nexpect end\nb expect end',
  'a valid login beside a wrong one':
    'send "\\0"\nb send "\\0"\nsend user "\\0" password "\\0"\nb send user "\\0wrong\\0:\\0"\nsend "echo fuzz\\0"\nexpect end\nb expect end',
};
