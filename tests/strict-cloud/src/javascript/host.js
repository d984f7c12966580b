// What a function finds around it. The engine has JavaScript and nothing else; this adds what
// CloudFront's runtimes have (CloudFront Developer Guide, "JavaScript runtime features") and takes
// away what they restrict. It runs before the function, which cannot reach it.
(function (native, two) {
  'use strict';
  const global = globalThis;
  const { stringify, parse } = JSON;
  const { defineProperty, keys } = Object;
  const hidden = (on, name, value) => defineProperty(on, name, { value, writable: true, configurable: true, enumerable: false });

  // Bytes travel between here and the engine's owner as strings of characters up to U+00FF.
  const binary = (bytes) => {
    let text = '';
    for (let i = 0; i < bytes.length; i += 1) text += String.fromCharCode(bytes[i]);
    return text;
  };
  const fill = (bytes, text) => {
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
    return bytes;
  };
  const decode = (text, encoding) => {
    switch (encoding === undefined ? 'utf8' : String(encoding)) {
      case 'utf8': case 'utf-8': return native.utf8(text);
      case 'hex': case 'base64': case 'base64url': return native.decode(text, String(encoding));
      default: throw new TypeError('Unknown encoding: "' + encoding + '"');
    }
  };
  const encode = (bytes, encoding) => {
    switch (encoding === undefined ? 'utf8' : String(encoding)) {
      case 'utf8': case 'utf-8': return native.text(bytes);
      case 'hex': case 'base64': case 'base64url': return native.encode(bytes, String(encoding));
      default: throw new TypeError('Unknown encoding: "' + encoding + '"');
    }
  };
  const octets = (data, encoding) => {
    if (typeof data === 'string') return decode(data, encoding);
    if (data instanceof ArrayBuffer) return binary(new Uint8Array(data));
    if (ArrayBuffer.isView(data)) return binary(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    throw new TypeError('data is not a string or Buffer-like object');
  };

  // Buffer, of 2.0.
  class Buffer extends Uint8Array {
    static from(value, encoding, length) {
      if (typeof value === 'string') {
        const bytes = decode(value, encoding);
        return fill(new Buffer(bytes.length), bytes);
      }
      if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length);
      if (value && value.type === 'Buffer' && Array.isArray(value.data)) return Buffer.from(value.data);
      if (value && typeof value.length === 'number') {
        const made = new Buffer(value.length);
        for (let i = 0; i < value.length; i += 1) made[i] = value[i];
        return made;
      }
      throw new TypeError('first argument is not a string or Buffer-like object');
    }
    static alloc(size, value, encoding) {
      const made = new Buffer(size);
      if (value === undefined || value === 0) return made;
      const bytes = typeof value === 'number' ? String.fromCharCode(value & 255) : octets(value, encoding);
      for (let i = 0; bytes.length > 0 && i < size; i += 1) made[i] = bytes.charCodeAt(i % bytes.length);
      return made;
    }
    static allocUnsafe(size) { return new Buffer(size); }
    static isBuffer(value) { return value instanceof Buffer; }
    static isEncoding(name) { return ['utf8', 'utf-8', 'hex', 'base64', 'base64url'].includes(name); }
    static byteLength(value, encoding) { return octets(value, encoding).length; }
    static concat(list, length) {
      let bytes = '';
      for (let i = 0; i < list.length; i += 1) bytes += octets(list[i]);
      return fill(new Buffer(length === undefined ? bytes.length : length), length === undefined ? bytes : bytes.slice(0, length));
    }
    static compare(one, other) {
      const [a, b] = [octets(one), octets(other)];
      return a < b ? -1 : a > b ? 1 : 0;
    }
    toString(encoding, start, end) { return encode(binary(super.subarray(start, end)), encoding); }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    equals(other) { return Buffer.compare(this, other) === 0; }
    compare(other) { return Buffer.compare(this, other); }
    slice(start, end) { return super.subarray(start, end); }
    write(text, offset, length, encoding) {
      const bytes = decode(text, encoding), from = offset || 0;
      const count = Math.min(bytes.length, this.length - from, length === undefined ? bytes.length : length);
      for (let i = 0; i < count; i += 1) this[from + i] = bytes.charCodeAt(i);
      return count;
    }
    copy(target, at, start, end) {
      const part = super.subarray(start || 0, end);
      const count = Math.min(part.length, target.length - (at || 0));
      for (let i = 0; i < count; i += 1) target[(at || 0) + i] = part[i];
      return count;
    }
    indexOf(value, from, encoding) {
      if (typeof value === 'number') return super.indexOf(value & 255, from);
      return binary(this).indexOf(octets(value, encoding), from);
    }
    includes(value, from, encoding) { return this.indexOf(value, from, encoding) >= 0; }
  }
  const kinds = [['UInt8', 'Uint8', 1], ['Int8', 'Int8', 1], ['UInt16', 'Uint16', 2], ['Int16', 'Int16', 2], ['UInt32', 'Uint32', 4],
    ['Int32', 'Int32', 4], ['Float', 'Float32', 4], ['Double', 'Float64', 8]];
  for (const [name, kind, size] of kinds) {
    for (const order of size === 1 ? [''] : ['LE', 'BE']) {
      const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      hidden(Buffer.prototype, 'read' + name + order, function (at) { return view(this)['get' + kind](at || 0, order === 'LE'); });
      hidden(Buffer.prototype, 'write' + name + order, function (value, at) {
        view(this)['set' + kind](at || 0, value, order === 'LE');
        return (at || 0) + size;
      });
    }
  }

  // crypto: md5, sha1 and sha256, with and without a key. Without an encoding 1.0 answers a byte string, 2.0 a Buffer.
  class Digest {
    #algorithm; #key; #data = '';
    constructor(algorithm, key) {
      if (!['md5', 'sha1', 'sha256'].includes(algorithm)) throw new TypeError('not supported algorithm: "' + algorithm + '"');
      this.#algorithm = algorithm;
      this.#key = key === undefined ? undefined : octets(key);
    }
    update(data, encoding) {
      if (this.#data === null) throw new Error('Digest already called');
      this.#data += octets(data, encoding);
      return this;
    }
    digest(encoding) {
      if (this.#data === null) throw new Error('Digest already called');
      const bytes = native.digest(this.#algorithm, this.#key, this.#data);
      this.#data = null;
      if (encoding !== undefined) return encode(bytes, encoding);
      return two ? fill(new Buffer(bytes.length), bytes) : bytes;
    }
  }
  const crypto = {
    createHash: (algorithm) => new Digest(algorithm),
    createHmac: (algorithm, key) => new Digest(algorithm, key === undefined ? '' : key),
  };

  // querystring.
  const querystring = {
    escape: (text) => encodeURIComponent(text),
    unescape: (text) => {
      const bytes = native.utf8(String(text)).replace(/%([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
      return native.text(bytes);
    },
    parse: (text, separator, equal, options) => {
      const [between, is] = [separator || '&', equal || '='];
      const plain = (options && options.decodeURIComponent) || querystring.unescape;
      const most = options && options.maxKeys !== undefined ? options.maxKeys : 1000;
      const found = {};
      let pairs = String(text) === '' ? [] : String(text).split(between);
      if (most > 0) pairs = pairs.slice(0, most);
      for (const pair of pairs) {
        const at = pair.indexOf(is);
        const raw = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + is.length)];
        const [key, value] = raw.map((part) => plain(part.replace(/\+/g, ' ')));
        if (!Object.prototype.hasOwnProperty.call(found, key)) found[key] = value;
        else if (Array.isArray(found[key])) found[key].push(value);
        else found[key] = [found[key], value];
      }
      return found;
    },
    stringify: (object, separator, equal, options) => {
      const safe = (options && options.encodeURIComponent) || querystring.escape;
      const word = (value) => (['string', 'number', 'boolean', 'bigint'].includes(typeof value) ? safe(String(value)) : '');
      const pairs = [];
      for (const key of keys(Object(object))) {
        for (const value of [].concat(object[key])) pairs.push(safe(key) + (equal || '=') + word(value));
      }
      return pairs.join(separator || '&');
    },
  };
  querystring.decode = querystring.parse;
  querystring.encode = querystring.stringify;

  // cloudfront, of 2.0: key-value stores, and helpers that change where a request goes, which nobody sees here.
  // What they throw is assumed:kvs-texts.
  const store = () => ({
    get: async (key, options) => {
      const value = native.get(String(key));
      if (value === undefined) throw new Error('KeyNotFound: the key "' + key + '" does not exist in the key value store');
      switch ((options && options.format) || 'string') {
        case 'string': return value;
        case 'json': return parse(value);
        case 'bytes': return Buffer.from(value);
        default: throw new TypeError('unknown format: "' + options.format + '"');
      }
    },
    exists: async (key) => native.get(String(key)) !== undefined,
    count: async () => native.count(),
    meta: async () => ({ creationDateTime: '2026-01-01T00:00:00.000Z', lastUpdatedDateTime: '2026-01-01T00:00:00.000Z', keyCount: native.count() }),
  });
  const cloudfront = {
    kvs: (id) => {
      if (native.store === undefined) throw new Error('the function has no key value store association');
      if (id !== undefined && id !== native.store) throw new Error('the function is not associated with the key value store "' + id + '"');
      return store();
    },
    updateRequestOrigin: () => undefined,
    selectRequestOriginById: () => undefined,
    createRequestOriginGroup: () => undefined,
    edgeLocation: { name: 'FRA', serverIp: '192.0.2.1', region: 'eu-central-1' },
  };

  // Time stands still at the function's start, in UTC; Math.random is seeded with it.
  const Clock = Date;
  const clock = function Date(...args) {
    if (!new.target) return new clock().toString();
    let given = args;
    if (args.length === 0) given = [native.now()];
    else if (args.length > 1) given = [Clock.UTC(...args)];
    else if (typeof args[0] === 'string') given = [clock.parse(args[0])];
    return Reflect.construct(Clock, given, new.target);
  };
  clock.prototype = Clock.prototype;
  hidden(clock.prototype, 'constructor', clock);
  hidden(clock, 'now', () => native.now());
  hidden(clock, 'UTC', Clock.UTC);
  hidden(clock, 'parse', (text) => {
    const given = String(text);
    const zoned = /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)(?:\s*\(.*\))?$/.test(given) || /^\d{4}(?:-\d\d(?:-\d\d)?)?$/.test(given);
    return Clock.parse(zoned ? given : given + (/T/.test(given) ? 'Z' : ' GMT'));
  });
  for (const name of ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds', 'Day']) {
    hidden(clock.prototype, 'get' + name, clock.prototype['getUTC' + name]);
    if (name !== 'Day') hidden(clock.prototype, 'set' + name, clock.prototype['setUTC' + name]);
  }
  hidden(clock.prototype, 'getTimezoneOffset', () => 0);
  const short = (date) => date.toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+).*$/, '$1 $3 $2 $4');
  const hour = (date) => date.toISOString().slice(11, 19) + ' GMT+0000 (UTC)';
  hidden(clock.prototype, 'toDateString', function () { return short(this); });
  hidden(clock.prototype, 'toTimeString', function () { return hour(this); });
  hidden(clock.prototype, 'toString', function () { return isNaN(this) ? 'Invalid Date' : short(this) + ' ' + hour(this); });
  for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
    hidden(clock.prototype, name, clock.prototype[name.replace('Locale', '')]);
  }
  hidden(global, 'Date', clock);
  let random;
  hidden(Math, 'random', () => {
    if (random === undefined) random = native.now() % 4294967296;
    random = (random + 0x6d2b79f5) | 0;
    let mixed = Math.imul(random ^ (random >>> 15), 1 | random);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  });

  // No code from text, no timers, nothing of other hosts.
  const refuse = function Function() { throw new EvalError('Code generation from strings is not allowed'); };
  for (const kind of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    hidden(Object.getPrototypeOf(kind), 'constructor', refuse);
  }
  refuse.prototype = Function.prototype;
  hidden(global, 'Function', refuse);
  hidden(global, 'eval', refuse);
  for (const name of ['queueMicrotask', 'performance', 'WebAssembly', 'Atomics', 'SharedArrayBuffer', 'WeakRef', 'FinalizationRegistry', 'DOMException', 'gc']) {
    delete global[name];
  }

  // Globals.
  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return value.name + ': ' + value.message;
    const text = typeof value === 'object' && value !== null ? stringify(value) : undefined;
    return text === undefined ? String(value) : text;
  };
  const log = (...values) => native.log(values.map(shown).join(' '));
  hidden(global, 'console', two ? { log, error: log } : { log });
  const modules = two ? { crypto, querystring, buffer: { Buffer }, cloudfront } : { crypto, querystring };
  hidden(global, 'require', (name) => {
    if (name === 'cloudfront' || !Object.prototype.hasOwnProperty.call(modules, name)) throw new Error('Cannot find module "' + name + '"');
    return modules[name];
  });
  if (two) {
    hidden(global, 'Buffer', Buffer);
    hidden(global, 'atob', (text) => native.decode(String(text), 'base64'));
    hidden(global, 'btoa', (text) => native.encode(String(text), 'base64'));
    hidden(global, 'TextEncoder', class TextEncoder {
      encode(text) { const bytes = native.utf8(String(text === undefined ? '' : text)); return fill(new Uint8Array(bytes.length), bytes); }
    });
    hidden(global, 'TextDecoder', class TextDecoder { decode(bytes) { return bytes === undefined ? '' : native.text(octets(bytes)); } });
  } else {
    delete global.atob;
    delete global.btoa;
    const part = (text, start, end) => String(text).slice(start, end);
    hidden(String, 'bytesFrom', (data, encoding) => (Array.isArray(data) ? binary(data.map((octet) => octet & 255)) : decode(data, encoding)));
    hidden(String.prototype, 'fromBytes', function (start, end) { return part(this, start, end); });
    hidden(String.prototype, 'toBytes', function (start, end) { const text = part(this, start, end); return /^[\0-\xff]*$/.test(text) ? text : null; });
    hidden(String.prototype, 'fromUTF8', function (start, end) { const text = native.strict(part(this, start, end)); return text === undefined ? null : text; });
    hidden(String.prototype, 'toUTF8', function (start, end) { return native.utf8(part(this, start, end)); });
  }

  return {
    modules,
    run: (handler, text) => {
      const event = parse(text);
      if (two && event.request) {
        hidden(event.request, 'rawQueryString', () => {
          const one = (name, entry) => (entry.value === '' ? name : name + '=' + entry.value);
          const query = event.request.querystring || {};
          return keys(query).map((name) => (query[name].multiValue || [query[name]]).map((entry) => one(name, entry)).join('&')).join('&');
        });
      }
      return handler(event);
    },
    text: (value) => stringify(value),
  };
})
