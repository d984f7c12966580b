// Bytes and texts: Buffer, TextEncoder, TextDecoder, and what the host needs of them. What they do is
// Node.js's, whose methods these behave like (CloudFront Developer Guide, "Buffer").
(function (native) {
  'use strict';
  const { from } = Array;
  const hidden = (on, name, value) => Object.defineProperty(on, name, { value, writable: true, configurable: true, enumerable: false });

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
      return value === undefined ? made : made.fill(value, 0, size, encoding);
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
    toJSON() { return { type: 'Buffer', data: from(this) }; }
    equals(other) { return Buffer.compare(this, other) === 0; }
    compare(other, from, to, start, end) { return Buffer.compare(super.subarray(start, end), other.subarray(from, to)); }
    fill(value, from, to, encoding) {
      const [start, end, kind] = typeof from === 'string' ? [0, this.length, from] : [from || 0, to === undefined ? this.length : to, encoding];
      const bytes = typeof value === 'string' ? octets(value, kind) : typeof value === 'number' ? String.fromCharCode(value & 255) : octets(value);
      for (let i = start; i < end; i += 1) this[i] = bytes.length > 0 ? bytes.charCodeAt((i - start) % bytes.length) : 0;
      return this;
    }
    lastIndexOf(value, from, encoding) {
      const text = typeof value === 'number' ? String.fromCharCode(value & 255) : octets(value, encoding);
      return binary(this).lastIndexOf(text, from === undefined ? Infinity : from < 0 ? this.length + from : from);
    }
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
  // Integers of 1 to 6 bytes.
  const places = (at, count, big) => from({ length: count }, (_, i) => (at || 0) + (big ? i : count - 1 - i));
  for (const order of ['LE', 'BE']) {
    for (const signed of [true, false]) {
      const name = (signed ? 'Int' : 'UInt') + order;
      hidden(Buffer.prototype, 'read' + name, function (at, count) {
        const value = places(at, count, order === 'BE').reduce((sum, place) => sum * 256 + this[place], 0);
        return signed && value >= 2 ** (8 * count - 1) ? value - 2 ** (8 * count) : value;
      });
      hidden(Buffer.prototype, 'write' + name, function (value, at, count) {
        let rest = value < 0 ? value + 2 ** (8 * count) : value;
        for (const place of places(at, count, order === 'LE')) {
          this[place] = rest % 256;
          rest = Math.floor(rest / 256);
        }
        return (at || 0) + count;
      });
    }
  }
  for (const size of [2, 4, 8]) {
    hidden(Buffer.prototype, 'swap' + size * 8, function () {
      if (this.length % size !== 0) throw new RangeError('Buffer size must be a multiple of ' + size * 8 + '-bits');
      for (let at = 0; at < this.length; at += size) Uint8Array.prototype.subarray.call(this, at, at + size).reverse();
      return this;
    });
  }

  // Texts and bytes of the Encoding standard, in UTF-8 alone.
  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(text) {
      const bytes = native.utf8(String(text === undefined ? '' : text));
      return fill(new Uint8Array(bytes.length), bytes);
    }
    encodeInto(text, target) {
      let [read, written] = [0, 0];
      for (const character of String(text)) {
        const bytes = native.utf8(character);
        if (written + bytes.length > target.length) break;
        fill(target.subarray(written), bytes);
        [read, written] = [read + character.length, written + bytes.length];
      }
      return { read, written };
    }
  }
  class TextDecoder {
    #fatal; #ignoreBOM;
    constructor(label, options) {
      if (label !== undefined && !['utf-8', 'utf8'].includes(String(label).toLowerCase())) throw new RangeError('The "' + label + '" encoding is not supported');
      this.#fatal = Boolean(options && options.fatal);
      this.#ignoreBOM = Boolean(options && options.ignoreBOM);
    }
    get encoding() { return 'utf-8'; }
    get fatal() { return this.#fatal; }
    get ignoreBOM() { return this.#ignoreBOM; }
    decode(bytes) {
      const given = bytes === undefined ? '' : octets(bytes);
      const text = this.#fatal ? native.strict(given) : native.text(given);
      if (text === undefined) throw new TypeError('The encoded data was not valid');
      return !this.#ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text;
    }
  }

  return { Buffer, TextEncoder, TextDecoder, binary, decode, encode, fill, octets };
})
