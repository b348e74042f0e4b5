// Growing byte strings with the numbers of the binary format (LEB128), and reading them.

export class Bytes {
    constructor(capacity = 1024) {
        this.buffer = Buffer.allocUnsafe(capacity);
        this.length = 0;
    }

    room(count) {
        if (this.length + count <= this.buffer.length) return;
        const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count));
        this.buffer.copy(larger, 0, 0, this.length);
        this.buffer = larger;
    }

    byte(value) {
        this.room(1);
        this.buffer[this.length++] = value;
    }

    // A safe integer, not negative.
    unsigned(value) {
        this.room(10);
        while (value > 0x7fffffff) {
            this.buffer[this.length++] = (value % 128) | 0x80;
            value = Math.floor(value / 128);
        }
        while (value > 0x7f) {
            this.buffer[this.length++] = (value & 0x7f) | 0x80;
            value >>>= 7;
        }
        this.buffer[this.length++] = value;
    }

    signed32(value) {
        this.room(5);
        while (value < -64 || value > 63) {
            this.buffer[this.length++] = (value & 0x7f) | 0x80;
            value >>= 7;
        }
        this.buffer[this.length++] = value & 0x7f;
    }

    signed64(value) {
        if (value >= -0x80000000n && value <= 0x7fffffffn) return this.signed32(Number(value));
        this.room(10);
        while (value < -64n || value > 63n) {
            this.buffer[this.length++] = Number(value & 0x7fn) | 0x80;
            value >>= 7n;
        }
        this.buffer[this.length++] = Number(value & 0x7fn);
    }

    float32(value) {
        this.room(4);
        this.length = this.buffer.writeFloatLE(value, this.length);
    }

    float64(value) {
        this.room(8);
        this.length = this.buffer.writeDoubleLE(value, this.length);
    }

    // Bytes begin to end of a Uint8Array.
    copy(from, begin = 0, end = from.length) {
        this.room(end - begin);
        this.buffer.set(begin === 0 && end === from.length ? from : from.subarray(begin, end), this.length);
        this.length += end - begin;
    }

    text(value) {
        const bytes = Buffer.from(value, "utf8");
        this.unsigned(bytes.length);
        this.copy(bytes);
    }

    // Another Bytes, with its length before it.
    sized(other) {
        this.unsigned(other.length);
        this.copy(other.buffer, 0, other.length);
    }

    taken() {
        return this.buffer.subarray(0, this.length);
    }
}

// Reads what V8 has accepted or will look at again: bounds are not checked.
export class Cursor {
    constructor(bytes, at = 0, end = bytes.length) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    byte() {
        return this.bytes[this.at++];
    }

    unsigned() {
        let value = 0, scale = 1, byte;
        do {
            byte = this.bytes[this.at++];
            value += (byte & 0x7f) * scale;
            scale *= 128;
        } while (byte > 0x7f);
        return value;
    }

    // Passes over a number of any kind.
    skip() {
        while (this.bytes[this.at++] > 0x7f);
    }

    text() {
        const length = this.unsigned();
        this.at += length;
        return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.at - length, length).toString("utf8");
    }
}
