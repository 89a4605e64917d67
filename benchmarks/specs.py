"""Prints a Spec of any size up to 200 entities: what `scale.py` measures with.

specs.py ENTITIES

Each entity has eight fields, a derived value, a state machine with two operations, a rule and grants for two roles.
They stand in areas of ten, within which each has an owner and one before it; the first of every area has the first of
all as its head. So an entity says as much at 200 as at 10, and the ways between them get no longer.
"""

import sys

AREAS = [
    "Retail", "Wholesale", "Rental", "Repair", "Export", "Import", "Online", "Field", "Night", "Depot",
    "Fleet", "Harbour", "Airport", "Campus", "Clinic", "Museum", "Stadium", "Theatre", "Garden", "Mountain",
]  # fmt: skip
NOUNS = ["Account", "Contract", "Purchase", "Item", "Invoice", "Payment", "Shipment", "Complaint", "Visit", "Device"]
ENTITY = """
  {name}:
    relations: {{{relations}}}
    fields:
      title: {{type: string, max: 80}}
      code: {{type: string, pattern: '[A-Z]{{2}}-[0-9]{{4}}', unique: true}}
      quantity: {{type: int, min: 1, max: 500}}
      price: {{type: money, min: 0, max: 100000}}
      kind: {{type: string, one_of: [small, large, special]}}
      due_on: {{type: date}}
      urgent: {{type: bool, default: false}}
      closed_on: {{type: date, optional: true, read_only: true}}
    derived:
      total: {{type: money, cel: this.price * this.quantity}}
    states: {{values: [draft, active, closed]}}
    rules:
      affordable: {{cel: this.kind == 'special' || this.total <= 50000.00, else: Only what is special may cost that.}}
    access:
      - {{who: manager, may: [create, read, update, delete]}}
      - {{who: clerk, may: [create, read], when: this.kind != 'special'}}
    list: {{search: [title], filter: [kind, status], range: [price], sort: [title, due_on]}}
"""
OPERATIONS = """
  activate_{variable}:
    on: {name}
    by: [manager, clerk]
    from: draft
    to: active
    requires:
      in_time: {{cel: today() <= this.due_on, else: It was due before today.}}
  close_{variable}:
    on: {name}
    by: manager
    from: active
    to: closed
    sets: {{closed_on: today()}}
"""


def spec(entities: int) -> str:
    """The Spec as YAML."""
    places = [(area, noun) for area in AREAS for noun in NOUNS][:entities]
    names = [area + noun for area, noun in places]
    found = ["spec: 1\nservice: {name: scale}\nroles:\n  manager:\n  clerk:\nentities:"]
    found += [ENTITY.format(name=name, relations=", ".join(_relations(names, at))) for at, name in enumerate(names)]
    found.append("operations:")
    found += [OPERATIONS.format(name=area + noun, variable=f"{area}_{noun}".lower()) for area, noun in places]
    return "\n".join(found)


def _relations(names: list[str], at: int) -> list[str]:
    place = at % len(NOUNS)
    first = at - place
    if not place:
        return [f"head: {{to: {names[0]}}}"] if at else []
    found = [f"owner: {{to: {names[first + (place - 1) // 3]}}}"]
    if place > 1:
        back = f"back: after_{NOUNS[place].lower()}, optional: true, on_delete: set_null, reassignable: true"
        found.append(f"previous: {{to: {names[at - 1]}, {back}}}")
    return found


if __name__ == "__main__":
    sys.stdout.write(spec(int(sys.argv[1])))
