// What a function finds around it. The engine has JavaScript and nothing else; this adds what
// CloudFront's runtimes have (CloudFront Developer Guide, "JavaScript runtime features") and takes
// away what they restrict. It runs before the function, which cannot reach it.
(function (native, two, bytes) {
  'use strict';
  const global = globalThis;
  const { stringify, parse } = JSON;
  const { defineProperty, getOwnPropertyNames, keys } = Object;
  const { construct } = Reflect;
  const { Buffer, TextEncoder, TextDecoder, binary, decode, encode, fill, octets } = bytes;
  const hidden = (on, name, value) => defineProperty(on, name, { value, writable: true, configurable: true, enumerable: false });

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
    copy() {
      const copied = new Digest(this.#algorithm, undefined);
      copied.#key = this.#key;
      copied.#data = this.#data;
      return copied;
    }
  }
  if (!two) delete Digest.prototype.copy;
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
    edgeLocation: native.responds ? { name: '', serverIp: '', region: '' } : { name: 'FRA', serverIp: '192.0.2.1', region: 'eu-central-1' },
  };

  // Time stands still at the function's start, in UTC; Math.random is seeded with it.
  const Clock = Date;
  const clock = function Date(...args) {
    if (!new.target) return new clock().toString();
    let given = args;
    if (args.length === 0) given = [native.now()];
    else if (args.length > 1) given = [Clock.UTC(...args)];
    else if (typeof args[0] === 'string') given = [clock.parse(args[0])];
    return construct(Clock, given, new.target);
  };
  clock.prototype = Clock.prototype;
  hidden(clock.prototype, 'constructor', clock);
  hidden(clock, 'now', () => native.now());
  hidden(clock, 'UTC', Clock.UTC);
  hidden(clock, 'parse', (text) => {
    const given = String(text);
    if (/^\d+\//.test(given)) return NaN;
    const zoned = /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)(?:\s*\(.*\))?$/.test(given) || /^\d{4}(?:-\d\d(?:-\d\d)?)?$/.test(given);
    return Clock.parse(zoned ? given : given + (/T/.test(given) ? 'Z' : ' GMT'));
  });
  for (const name of ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds', 'Day']) {
    hidden(clock.prototype, 'get' + name, clock.prototype['getUTC' + name]);
    if (name !== 'Day') hidden(clock.prototype, 'set' + name, clock.prototype['setUTC' + name]);
  }
  hidden(clock.prototype, 'getTimezoneOffset', () => 0);
  const short = (date) => date.toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+).*$/, '$1 $3 $2 $4');
  const hour = (date) => date.toISOString().slice(11, 19) + ' GMT+0000';
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
  hidden(global, 'eval', () => { throw new InternalError('Not implemented'); });
  for (const name of ['setTimeout', 'clearTimeout']) {
    hidden(global, name, () => { throw new InternalError('not supported by host environment'); });
  }

  // Errors have neither a stack nor a cause.
  for (const name of ['Error', 'EvalError', 'InternalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError']) {
    const Kind = global[name];
    const made = function (...args) {
      const error = construct(Kind, args.slice(0, 1), new.target || made);
      delete error.stack;
      return error;
    };
    hidden(made, 'name', name);
    made.prototype = Kind.prototype;
    hidden(made.prototype, 'constructor', made);
    hidden(global, name, made);
  }
  delete Error.prototype.stack;
  hidden(global, 'MemoryError', class MemoryError extends InternalError {});

  // A regular expression that is made from text.
  const Expression = RegExp;
  const expression = function RegExp(pattern, flags) {
    if (pattern instanceof Expression && flags === undefined) return construct(Expression, [pattern], new.target || expression);
    const [source, options] = pattern instanceof Expression ? [pattern.source, flags] : [pattern === undefined ? '(?:)' : String(pattern), flags === undefined ? '' : String(flags)];
    const [translated, fault] = native.expression(source, options);
    if (fault !== '') throw new SyntaxError(fault);
    return construct(Expression, [translated, options], new.target || expression);
  };
  expression.prototype = Expression.prototype;
  hidden(expression.prototype, 'constructor', expression);
  hidden(global, 'RegExp', expression);

  // Globals.
  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return value.name + ': ' + value.message;
    const text = typeof value === 'object' && value !== null ? stringify(value) : undefined;
    return text === undefined ? String(value) : text;
  };
  const log = (...values) => native.log(values.map(shown).join(' '));
  hidden(global, 'console', { log });
  hidden(global, 'process', { argv: [], env: {} });
  const modules = two ? { crypto, querystring, buffer: { Buffer }, cloudfront } : { crypto, querystring, buffer: { Buffer } };
  hidden(global, 'require', (name) => {
    if (name === 'cloudfront' || !Object.prototype.hasOwnProperty.call(modules, name)) throw new Error('Cannot find module "' + name + '"');
    return modules[name];
  });
  hidden(global, 'TextEncoder', TextEncoder);
  hidden(global, 'TextDecoder', TextDecoder);
  if (two) {
    hidden(global, 'Buffer', Buffer);
    hidden(global, 'atob', (text) => native.decode(String(text), 'base64'));
    hidden(global, 'btoa', (text) => native.encode(String(text), 'base64'));
  } else {
    const part = (text, start, end) => String(text).slice(start, end);
    hidden(String, 'bytesFrom', (data, encoding) => (Array.isArray(data) ? binary(data.map((octet) => octet & 255)) : decode(data, encoding)));
    hidden(String.prototype, 'fromBytes', function (start, end) { return part(this, start, end); });
    hidden(String.prototype, 'toBytes', function (start, end) { const text = part(this, start, end); return /^[\0-\xff]*$/.test(text) ? text : null; });
    hidden(String.prototype, 'fromUTF8', function (start, end) { const text = native.strict(part(this, start, end)); return text === undefined ? null : text; });
    hidden(String.prototype, 'toUTF8', function (start, end) { return native.utf8(part(this, start, end)); });
  }

  // What the runtime does not have, by the table of its language.
  for (const path of native.lacking) {
    const names = path.split('.');
    const member = names.pop();
    delete names.reduce((object, name) => object[name], global)[member];
  }
  for (const name of getOwnPropertyNames(global)) {
    if (!native.globals.includes(name)) delete global[name];
  }

  // What closures of an async function reach its variables through: those of now, until the first await is over.
  hidden(global, '__held', (slots) => {
    const fresh = () => {
      const holder = {};
      for (const name of keys(slots)) defineProperty(holder, name, { get: slots[name][0], set: slots[name][1], configurable: true });
      return holder;
    };
    const first = fresh();
    const held = {
      first,
      now: first,
      passed: (value) => {
        if (held.now === first) {
          for (const name of keys(slots)) {
            let kept;
            try { kept = first[name]; } catch (unset) { kept = undefined; }
            defineProperty(first, name, { value: kept, writable: true });
          }
          held.now = fresh();
        }
        return value;
      },
    };
    return held;
  });

  // A half of a surrogate pair, which JSON writes as an escape, is no character.
  const whole = (text) => (text === undefined ? text : text.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (part) => (part === '\\\\' ? part : '\ufffd')));
  return {
    modules,
    run: (handler, text) => {
      const event = parse(text);
      if (two && event.request) {
        hidden(event.request, 'rawQueryString', () => {
          const one = (name, entry) => (entry.value === '' ? name : name + '=' + entry.value);
          const query = event.request.querystring || {};
          if (keys(query).length === 0) return undefined;
          return keys(query).map((name) => (query[name].multiValue || [query[name]]).map((entry) => one(name, entry)).join('&')).join('&');
        });
      }
      return handler(event);
    },
    text: (value) => whole(stringify(value)),
  };
})
