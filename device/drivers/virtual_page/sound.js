// The buzzer, heard as the piezo would sound: a square wave whose duty cycle is its volume. Silent until asked for.
"use strict";

const sound = (() => {
  const LATE_S = 0.06; // tones come a little late and uneven; played this much later, their rhythm is exact
  const APART_S = 1.0; // after so long a rest, a tone begins a new tune
  let air = null;
  let voice = null;
  let loudness = null;
  let offset = 0;
  let newest = -Infinity;

  function open() {
    air = new AudioContext();
    voice = air.createOscillator();
    voice.type = "square";
    loudness = air.createGain();
    loudness.gain.value = 0;
    // A piezo disc hardly sounds below a kilohertz, and a case dulls what is shrill.
    const disc = air.createBiquadFilter();
    disc.type = "highpass";
    disc.frequency.value = 600;
    const casing = air.createBiquadFilter();
    casing.type = "lowpass";
    casing.frequency.value = 5200;
    voice.connect(loudness).connect(disc).connect(casing).connect(air.destination);
    voice.start();
  }

  return {
    get on() { return air !== null && air.state === "running"; },

    async turn(on) {
      if (on && !air) open();
      if (on) await air.resume();
      else if (air) await air.suspend();
    },

    // at: seconds on the unit's own clock; hertz 0: silence.
    play({ at, hertz, duty }) {
      if (!this.on) return;
      if (at - newest > APART_S || at + offset < air.currentTime) offset = air.currentTime + LATE_S - at;
      newest = at;
      const when = at + offset;
      if (hertz) voice.frequency.setValueAtTime(hertz, when);
      // The strength of a pulse wave's ground tone; steps of 2 ms do not crackle.
      loudness.gain.setTargetAtTime(hertz ? 0.2 * Math.sin(Math.PI * duty) : 0, when, 0.002);
    },

    // A relay is heard when it turns.
    click() {
      if (!this.on) return;
      const length = Math.round(air.sampleRate * 0.018);
      const noise = air.createBuffer(1, length, air.sampleRate);
      const wave = noise.getChannelData(0);
      for (let n = 0; n < length; n += 1) wave[n] = (Math.random() * 2 - 1) * 0.28 * Math.exp(-n / (length / 7));
      const source = air.createBufferSource();
      source.buffer = noise;
      source.connect(air.destination);
      source.start();
    },
  };
})();
