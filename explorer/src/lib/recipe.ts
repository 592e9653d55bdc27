// The exact scenario for other hands: a scenario file, a command, and Python.
import { sentencesOf } from "../treat/doses.ts";
import { NEVER, parametersOf, personOf, sliderSettings, SPAN } from "./scenario.ts";
import type { Bundle, Scenario } from "./types.ts";

const plain = (x: number) => String(Number(x.toPrecision(10)));

/** A scenario of Zonula (TOML) that is what the page shows. */
export function scenarioFile(b: Bundle, s: Scenario): string {
  const person = personOf(b, s), own = parametersOf(b, s), base = b.model.parameters;
  const events = [...person.sentences, ...sliderSettings(b, s).map((x) => `${b.model.exposures[x.exposure].path} ${plain(x.value)} from day ${plain(x.start)}`),
                  ...(s.plans[s.plan] ?? []).flatMap((bar) => sentencesOf(b, bar, person.now, s.stop))];
  const changed = base.path.map((path, k) => ({ path, k })).filter(({ k }) => own[k] !== base.value[k]);
  const who = changed.filter(({ path }) => path === "body.weight" || path === "body.genetic_risk"), rest = changed.filter((c) => !who.includes(c));
  const closed = s.cut.map((road) => (s.cutFrom === NEVER ? road : `${road} from day ${plain(person.now + s.cutFrom)}`));
  return [
    'schema = "zonula/scenario/1"', 'name   = "from_the_page"', "",
    ...(who.length ? ["[person]", ...who.map(({ path, k }) => `${path.slice(5)} = ${path === "body.weight" ? `"${plain(own[k])} kg"` : plain(own[k])}`), ""] : []),
    "[plan]", "events = [", ...events.map((e) => `    ${JSON.stringify(e)},`), "]", "",
    ...(rest.length ? ["[parameters]", ...rest.map(({ path, k }) => `"${path}" = "${plain(own[k])} ${base.unit[k]}"`), ""] : []),
    ...(closed.length ? ["[model]", `closed_roads = ${JSON.stringify(closed)}`, ""] : []),
    "[solve]", `until = "${plain(person.now + SPAN[1])} d"`, 'every = "5 d"', "rtol  = 1e-4", "",
  ].join("\n");
}

export const COMMAND = "zonula run from_the_page.toml";

export function python(b: Bundle, s: Scenario): string {
  return `import zonula as zn\n\nscenario = '''\n${scenarioFile(b, s)}'''\nopen("from_the_page.toml", "w").write(scenario)\nrun = zn.forecast("from_the_page.toml")\nprint(run.summary)\n`;
}
