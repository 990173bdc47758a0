/** Names that machines use, made from names that people use. */

const LETTERS = new Map(
  "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=ts ч=ch ш=sh щ=sch ъ= ы=y ь= э=e ю=yu я=ya"
    .split(" ")
    .map((pair) => pair.split("=") as [string, string]),
);

/** «Лунный бег» → `lunnybeg` or, with a joint, `lunnyy_beg`: lower case, digits, at most `most` characters. */
export function machineName(title: string, joint: string, most: number): string {
  const latin = [...title.toLowerCase().normalize("NFC")].map((letter) => LETTERS.get(letter) ?? letter).join("");
  const words = latin
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  return words
    .join(joint)
    .replace(/^[^a-z]+/, "")
    .slice(0, most)
    .replace(/[^a-z0-9]+$/, "");
}
