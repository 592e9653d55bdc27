/* The model in a page, a Web Worker or Node: loads the kernel's WebAssembly and carries people through their timetables.

   Depends on nothing, and asks the host for nothing but WebAssembly itself. What is to be computed is a job: plain data as
   zonula.exchange.browser_job writes them; arrays in it may as well be typed arrays.

     const kernel = await load(bytes);
     const result = kernel.solve(job);                                   // everybody
     const part = kernel.solve(job, { first: 0, count: 16 });            // some of them: nobody's numbers depend on it
     const moved = kernel.solve(job, { parameters, armOf });             // other people under the same plans
*/

export const FORMAT = "zonula job 1";
const OUTCOMES = ["finished", "too_many_steps", "step_too_small", "not_finite", "left_range", "cancelled", "not_run"]; // as in job.h
const HEALTHS = ["found", "not_found", "unstable"]; // as in health.h
const SIZES = ["states", "parameters", "setpoints", "healthy", "inputs", "constants", "factors", "readouts", "lanes", "reproducible", "job"];
const FUNCTIONS = ["zn_reserve", "zn_clear", "zn_workspace", "zn_model", "zn_sizes", "zn_job_words", "zn_job_places", "zn_run", "zn_health",
                   "zn_rhs"];
const ARRAYS = { // of a job: kind and name, as in job.h
  Int32Array: ["segment_inputs", "jump_state", "jump_way", "flow_state", "flow_way", "chosen"],
  BigInt64Array: ["segment_ptr", "jump_ptr", "flow_ptr"],
  Float64Array: ["segment_start", "segment_end", "inputs", "jump_amount", "flow_rate"],
};
const NUMBERS = ["rtol", "atol_share", "first_step", "largest_step", "most_steps", "most_steps_here", "method"];
const TYPES = { Int32Array, BigInt64Array, Float64Array, Uint8Array };

/* What is wrong: `code` (not_webassembly, not_a_kernel, bad_job, other_model, wrong_shape, no_memory, broken) and what to do. */
export class KernelError extends Error {
  constructor(code, message, fix) {
    super(`${message}; ${fix}`);
    this.name = "KernelError";
    this.code = code;
    this.fix = fix;
  }
}

/* Make a kernel of the bytes of a .wasm file, or of a WebAssembly.Module that was compiled from them.
   In workers: compile once, and post the module to each. */
export async function load(source) {
  let instance;
  try {
    const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
    instance = await WebAssembly.instantiate(module, {});
  } catch (error) {
    throw new KernelError("not_webassembly", `the kernel cannot be loaded: ${error.message}`, "build it anew, and use a browser with WebAssembly");
  }
  return new Kernel(instance.exports);
}

export class Kernel {
  #c;
  #words = new Map();

  constructor(exports) {
    const missing = FUNCTIONS.filter((name) => typeof exports[name] !== "function");
    if (missing.length || !(exports.memory instanceof WebAssembly.Memory))
      throw new KernelError("not_a_kernel", `this WebAssembly is no kernel of zonula: it lacks ${missing.join(", ") || "memory"}`, "build it anew");
    this.#c = exports;
    const at = this.#reserve(16 * 8);
    exports.zn_sizes(at);
    this.sizes = Object.fromEntries(SIZES.map((name, i) => [name, Number(new BigInt64Array(exports.memory.buffer, at, 16)[i])]));
    this.model = this.#text(exports.zn_model());
    const words = this.#text(exports.zn_job_words()).trim().split(" ");
    const places = new Int32Array(exports.memory.buffer, exports.zn_job_places(), 2 * words.length);
    words.forEach((word, i) => this.#words.set(word, [String.fromCharCode(places[2 * i]), places[2 * i + 1]]));
    exports.zn_clear();
  }

  /* Bytes of memory that are held; it never shrinks, and grows to the largest call. */
  get memory() {
    return this.#c.memory.buffer.byteLength;
  }

  /* Words of a job by name: [kind, offset]. */
  get words() {
    return new Map(this.#words);
  }

  /* Healthy states of people, whose parameters are given one after the other. `status` is that of health.h, `health` says it in words. */
  health(parameters) {
    const given = asArray("parameters", Float64Array, parameters);
    const people = this.#people(given);
    const { states, setpoints, healthy } = this.sizes;
    return this.#call(() => {
      const from = this.#put(given);
      const room = { state: [Float64Array, people * states], setpoints: [Float64Array, people * setpoints],
                     healthy: [Float64Array, people * healthy], residual: [Float64Array, people], status: [Int32Array, people],
                     worst: [Int32Array, people] };
      const at = this.#rooms(room);
      const space = this.#reserve(Number(this.#c.zn_workspace()));
      this.#c.zn_health(BigInt(people), from, 0, at.state, at.setpoints, at.healthy, at.residual, at.status, at.worst, space);
      const out = this.#read(room, at);
      out.health = Array.from(out.status, (status) => HEALTHS[status]);
      for (let i = 0; i < people; i++)
        if (out.health[i] === "not_found")
          for (const [name, size] of Object.entries({ state: states, setpoints, healthy })) out[name].fill(NaN, i * size, (i + 1) * size);
      return out;
    });
  }

  /* Solve people's health, then carry them through their arms' timetables.

     parameters, armOf : others than those of the job; other people are all in the first arm where that is not said
     first, count      : which of them; all
     health            : what `health` said of these very people, where it is known
     states            : whether all states are wanted at each time
     start             : where people begin who do not begin in health, one state after the other

     Gives values[(person * times + time) * readouts + readout], the same of states, healthy states, and for each person an
     outcome: status (finished, stopped, no_healthy_state), reason, reached [day], worst (a state's place or -1), steps, refused. */
  solve(job, { parameters, armOf, first = 0, count, health, states = false, start } = {}) {
    const plan = this.#plan(job);
    const all = asArray("parameters", Float64Array, parameters ?? job.parameters), whole = this.#people(all);
    const until = count === undefined ? whole : first + count;
    if (!(Number.isInteger(first) && Number.isInteger(until) && first >= 0 && first < until && until <= whole))
      throw new KernelError("wrong_shape", `people ${first} to ${until} of ${whole} cannot be chosen`, "name people whose parameters are given");
    const own = all.subarray(first * this.sizes.parameters, until * this.sizes.parameters);
    const arms = this.#arms(plan, armOf ?? (parameters ? undefined : job.arm_of), whole).subarray(first, until);
    const healths = health ?? this.health(own);
    if (healths.state?.length !== (until - first) * this.sizes.states)
      throw new KernelError("wrong_shape", "the health that is given is not that of these people", "leave it out: it is then solved");
    const begin = start === undefined ? healths.state : asArray("start", Float64Array, start);
    if (begin.length !== healths.state.length)
      throw new KernelError("wrong_shape", "where people begin is not said of these people", `give ${this.sizes.states} numbers for each of them`);
    return { first, readouts: job.readouts, times: plan.times.slice(), ...this.#run(job, plan, own, arms, healths, begin, states) };
  }

  /* d(state)/d(day) of one person at a moment, under a row of inputs (exposures, gates, roads) and without infusions.

     person : { parameters, setpoints, healthy }, the last two as `health` gave them */
  slopes(person, inputs, state, day = 0) {
    const sizes = { parameters: this.sizes.parameters, setpoints: this.sizes.setpoints, healthy: this.sizes.healthy, inputs: this.sizes.inputs,
                    state: this.sizes.states };
    const given = Object.entries({ ...person, inputs, state }).filter(([name]) => name in sizes);
    const arrays = Object.fromEntries(given.map(([name, numbers]) => [name, asArray(name, Float64Array, numbers)]));
    for (const [name, size] of Object.entries(sizes))
      if (arrays[name]?.length !== size)
        throw new KernelError("wrong_shape", `${arrays[name]?.length ?? "no"} numbers are no ${name} of a person`, `give ${size} numbers`);
    return this.#call(() => {
      const at = Object.keys(sizes).map((name) => this.#put(arrays[name])), out = this.#reserve(8 * sizes.state);
      this.#c.zn_rhs(...at, day, out);
      return this.#view(Float64Array, out, sizes.state).slice();
    });
  }

  #run(job, { times, ...arrays }, parameters, arms, health, begin, wanted) {
    const people = arms.length, shown = arrays.chosen.length, schedules = arrays.segment_ptr.length - 1, size = this.sizes.states;
    const lost = (i) => begin.subarray(i * size, (i + 1) * size).some(Number.isNaN);
    const skip = Uint8Array.from(health.status, (status, i) => Number(HEALTHS[status] === "not_found" || lost(i)));
    const rest = health.state.map((x) => (Number.isNaN(x) ? 0 : x)), start = begin.map((x) => (Number.isNaN(x) ? 0 : x));
    const ways = unitsOfWays(job, parameters, people, this.sizes.parameters);
    const given = { ...arrays, parameters, start, setpoints: health.setpoints, healthy: health.healthy, skip, schedule_of: arms, ways,
                    scale: rest.map((x) => (Math.abs(x) > job.no_size ? Math.abs(x) : 1)),
                    output_ptr: BigInt64Array.from({ length: schedules + 1 }, (_, i) => BigInt(i * times.length)),
                    output_time: Float64Array.from({ length: schedules * times.length }, (_, i) => times[i % times.length]) };
    const room = { out: [Float64Array, people * times.length * shown], status: [Int32Array, people], worst: [Int32Array, people],
                   reached: [Float64Array, people], steps: [BigInt64Array, people], rejected: [BigInt64Array, people] };
    if (wanted) room.states = [Float64Array, people * times.length * size];
    const numbers = { persons: people, schedules, ways_count: job.ways.length, output_most: times.length, chosen_count: shown };
    for (const name of NUMBERS) numbers[name] = job[name];
    const seen = this.#call(() => {
      const space = this.#reserve(Number(this.#c.zn_workspace())), at = this.#rooms(room), addresses = { ...at };
      for (const [name, array] of Object.entries(given)) addresses[name] = this.#put(array);
      this.#view(Int32Array, at.status, people).fill(OUTCOMES.indexOf("not_run"));
      this.#view(Float64Array, at.reached, people).fill(NaN);
      this.#view(Int32Array, at.worst, people).fill(-1);
      for (const name of ["steps", "rejected"]) this.#view(BigInt64Array, at[name], people).fill(0n);
      if (this.#c.zn_run(this.#job({ ...addresses, ...numbers }), space))
        throw new KernelError("broken", "the kernel refuses the job", "report this");
      return this.#read(room, at);
    });
    return { values: seen.out, ...(wanted ? { states: seen.states } : {}), health, outcomes: outcomesOf(seen, health) };
  }

  /* A Job in memory, of addresses and numbers by name; what is not named is nothing. */
  #job(words) {
    const at = this.#reserve(this.sizes.job), view = new DataView(this.#c.memory.buffer, at, this.sizes.job);
    for (let i = 0; i < this.sizes.job; i++) view.setUint8(i, 0);
    for (const [word, value] of Object.entries(words)) {
      const [kind, offset] = this.#words.get(word) ?? [];
      if (kind === "p") view.setUint32(offset, value, true);
      else if (kind === "i") view.setInt32(offset, value, true);
      else if (kind === "l") view.setBigInt64(offset, BigInt(value), true);
      else if (kind === "d") view.setFloat64(offset, value, true);
      else throw new KernelError("not_a_kernel", `the kernel's job has no word ${word}`, "take both from the same version of zonula");
    }
    return at;
  }

  /* A job's own arrays as the kernel reads them, once nothing in them leads astray. */
  #plan(job) {
    if (job?.format !== FORMAT)
      throw new KernelError("bad_job", `this is no job: its format is ${JSON.stringify(job?.format)}, not ${JSON.stringify(FORMAT)}`,
                            "write it with the version of zonula that this file is from");
    if (job.model !== this.model)
      throw new KernelError("other_model", "the job is for another model than the kernel", "write the job, or build the kernel, anew");
    const missing = [...Object.values(ARRAYS).flat(), "times", "readouts", "ways"].filter((name) => !job[name] || job[name].length === undefined);
    missing.push(...[...NUMBERS, "no_size", "weight"].filter((name) => !Number.isFinite(job[name])));
    if (missing.length) throw new KernelError("bad_job", `the job lacks ${missing.join(", ")}`, "write it anew");
    const plan = { times: asArray("times", Float64Array, job.times) };
    for (const [kind, names] of Object.entries(ARRAYS)) for (const name of names) plan[name] = asArray(name, TYPES[kind], job[name]);
    checkPlaces(plan, job.ways.length, this.sizes);
    return plan;
  }

  #people(parameters) {
    const people = parameters.length / this.sizes.parameters;
    if (!people || !Number.isInteger(people))
      throw new KernelError("wrong_shape", `${parameters.length} numbers are no parameters of people`,
                            `give ${this.sizes.parameters} for each, one after the other`);
    return people;
  }

  #arms(plan, armOf, people) {
    const arms = armOf ? asArray("arm_of", Int32Array, armOf) : new Int32Array(people), count = plan.segment_ptr.length - 1;
    if (arms.length !== people || arms.some((arm) => arm < 0 || arm >= count))
      throw new KernelError("wrong_shape", `arms are named for ${arms.length} people, which do not put ${people} into ${count}`,
                            "give the number of each person's arm");
    return arms;
  }

  // --- memory: views die when it grows, so they are made anew each time ---

  #call(work) {
    try {
      return work();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError)
        throw new KernelError("broken", `the kernel broke down: ${error.message}`, "load it anew, and report this");
      throw error;
    } finally {
      this.#c.zn_clear();
    }
  }

  #reserve(bytes) {
    const at = bytes < 2 ** 32 ? this.#c.zn_reserve(bytes) >>> 0 : 0;
    if (!at) throw new KernelError("no_memory", `there is no memory for ${bytes} bytes more`, "solve fewer people at once, or report less often");
    return at;
  }

  #view(type, at, length) {
    return new type(this.#c.memory.buffer, at, length);
  }

  #put(array) {
    const at = this.#reserve(array.byteLength);
    this.#view(array.constructor, at, array.length).set(array);
    return at;
  }

  #rooms(room) {
    return Object.fromEntries(Object.entries(room).map(([name, [type, length]]) => [name, this.#reserve(type.BYTES_PER_ELEMENT * length)]));
  }

  /* Copies, so that they outlive the call and can be transferred. */
  #read(room, at) {
    return Object.fromEntries(Object.entries(room).map(([name, [type, length]]) => [name, this.#view(type, at[name], length).slice()]));
  }

  #text(at) {
    const bytes = new Uint8Array(this.#c.memory.buffer, at);
    return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  }
}

/* Numbers of a job as an array of the wanted type. */
function asArray(name, type, given) {
  if (given instanceof type) return given;
  try {
    if (given?.length === undefined || typeof given === "string") throw new TypeError("it is no array");
    const flat = Array.isArray(given) ? given.flat() : given;
    return type === BigInt64Array ? BigInt64Array.from(flat, BigInt) : type.from(flat, (x) => (typeof x === "number" ? x : failed(x)));
  } catch (error) {
    throw new KernelError("bad_job", `${name} cannot be read: ${error.message}`, "give an array of numbers");
  }
}

function failed(x) {
  throw new TypeError(`${JSON.stringify(x) ?? x} is no number`);
}

/* Refuse a job that points beyond its own arrays, or beyond the model: the kernel believes what it reads. */
function checkPlaces(plan, ways, sizes) {
  const segments = plan.segment_start.length, arms = plan.segment_ptr.length - 1, jumps = plan.jump_amount.length, flows = plan.flow_rate.length;
  const rows = sizes.inputs ? plan.inputs.length / sizes.inputs : 1, first = plan.segment_start[0], last = plan.segment_end[segments - 1];
  const within = (name, most) => plan[name].every((x) => x >= 0 && x < most) || name;
  const same = (name, length) => plan[name].length === length || name;
  const rising = (name, places, end) => {
    const ptr = Array.from(plan[name], Number);
    return (ptr.length === places + 1 && ptr[0] === 0 && ptr.at(-1) === end && ptr.every((x, i) => !i || x >= ptr[i - 1])) || name;
  };
  const wrong = [
    arms > 0 || "segment_ptr", rising("segment_ptr", arms, segments), same("segment_end", segments), same("segment_inputs", segments),
    Number.isInteger(rows) || "inputs", within("segment_inputs", rows), rising("jump_ptr", segments, jumps), rising("flow_ptr", segments, flows),
    same("jump_state", jumps), same("jump_way", jumps), same("flow_state", flows), same("flow_way", flows), within("jump_state", sizes.states),
    within("flow_state", sizes.states), within("jump_way", ways), within("flow_way", ways), within("chosen", sizes.readouts),
    (plan.times.length > 0 && plan.times.every((t, i) => t >= first && t <= last && (!i || t > plan.times[i - 1]))) || "times",
  ].filter((found) => found !== true);
  if (wrong.length) throw new KernelError("bad_job", `the job contradicts itself in ${wrong.join(", ")}`, "write it anew");
}

/* What one unit of each way of landing is in each person's body: the weight for what is given per kg, per volume in which it is dissolved. */
function unitsOfWays(job, parameters, people, stride) {
  const units = new Float64Array(people * job.ways.length);
  for (let i = 0; i < people; i++) {
    const own = parameters.subarray(i * stride, (i + 1) * stride);
    job.ways.forEach(({ per_weight: perWeight, volume }, k) => {
      const weight = perWeight ? own[job.weight] : 1;
      units[i * job.ways.length + k] = volume === null ? weight : weight / formula(volume, own);
    });
  }
  return units;
}

/* The value of a formula: a number, ["parameter", place] or [operator, left, right]. */
function formula(tree, parameters) {
  if (typeof tree === "number") return tree;
  const [operator, left, right] = tree;
  if (operator === "parameter") return parameters[left];
  const a = formula(left, parameters), b = formula(right, parameters);
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  if (operator === "/") return a / b;
  throw new KernelError("bad_job", `a way of landing has an unknown operator ${JSON.stringify(operator)}`, "write the job anew");
}

function outcomesOf(seen, health) {
  return Array.from(seen.status, (status, i) => {
    const reason = OUTCOMES[status];
    const rest = { reached: seen.reached[i], worst: seen.worst[i], steps: Number(seen.steps[i]), refused: Number(seen.rejected[i]) };
    if (reason === "not_run") return { status: "no_healthy_state", reason: HEALTHS[health.status[i]], ...rest };
    return { status: reason === "finished" ? "finished" : "stopped", reason, ...rest };
  });
}
