"""A small synthetic data package for tests, and ways to break it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

DESCRIPTOR = """\
name: synthetic-town
title: Synthetic town, for tests
title_zh: 测试用的合成数据
description: Invented numbers; no real town has them.
licenses:
  - name: CC-BY-4.0
    title: Creative Commons Attribution 4.0
    path: https://creativecommons.org/licenses/by/4.0/
sources:
  - title: Invented for the tests
    path: source/invented.txt
resources:
  - {name: figures, path: figures.csv}
  - {name: indicators, path: indicators.csv}
  - {name: groups, path: groups.csv}
  - {name: areas, path: areas.csv}
  - {name: units, path: units.csv}
  - {name: identities, path: identities.csv}
  - {name: measures, path: measures.csv}
  - {name: barriers, path: barriers.csv}
  - {name: parameters, path: parameters.csv}
  - {name: translations, path: translations.csv}
"""

FIGURES = """\
figure_id,locator,indicator,group,area,period,base_period,statistic,of_indicator,of_group,of_area,printed,unit,qualifier,note
workers_2000,一(1),workers,all,town,2000,,level,,,,1000,person,exact,
workers_2001,一(1),workers,all,town,2001,,level,,,,0.11,10k_person,about,"read with a comma, quoted"
workers_2001_change,一(1),workers,all,town,2001,2000,change,,,,100,person,exact,
workers_2001_growth,一(1),workers,all,town,2001,2000,growth,,,,10.0,percent,exact,
public_share_2001,一(2),workers,public,town,2001,,share,,all,,60.5,percent,exact,
public_share_2001_change,一(2),workers,public,town,2001,2000,change,,all,,-2.5,percentage_point,exact,
public_share_of_change,一(2),workers,public,town,2001,2000,share,,all,,1/3,one,about,
private_direction,一(2),workers,private,town,2001-06,2000,direction,,,,rising,,exact,
wage_per_worker_2001,二(1),wages,all,town,2001,,ratio,workers,,,9000,yuan_per_person,over,
town_rank_2001,二(2),workers,all,town,2001,,rank,,,,3,rank,exact,
offices_2001,二(2),offices,all,town,2001,,count,,,,12,office,at_least,
rate_2001,二(3),rate,all,town,2001,,parameter,,,,27,percent,exact,
workers_2005,二(4),workers,all,town,2005,,level,,,,2000,person,forecast,
"""

INDICATORS = """\
id,name_en,name_zh,kind,unit,definition_en,definition_zh
workers,Workers,职工,stock,person,People at work.,在岗的人。
wages,Wages,工资,flow,yuan,What they are paid.,支付给他们的钱。
offices,Offices,机构,stock,office,Offices that are open.,开放的机构。
rate,Contribution rate,缴费率,rate,one,Contribution divided by wage.,缴费除以工资。
"""

GROUPS = """\
id,name_en,name_zh,parent
all,All,全部,
public,Public,公有,all
private,Private,非公有,all
"""

AREAS = """\
id,name_en,name_zh,parent
country,Country,全国,
town,Town,城镇,country
"""

UNITS = """\
id,name_en,name_zh,base,scale,whole
person,persons,人,person,1,yes
10k_person,ten thousand persons,万人,person,10000,no
one,times,倍,one,1,no
percent,%,%,one,0.01,no
percentage_point,percentage points,个百分点,one,0.01,no
yuan,yuan,元,yuan,1,no
yuan_per_person,yuan a person,元/人,yuan_per_person,1,no
office,offices,个,office,1,yes
rank,place,位,rank,1,yes
"""

IDENTITIES = """\
identity_id,coefficient,indicator,group,area,period,base_period,assumption,why
owners,1,workers,public,town,*,,,Every worker is in one of the two.
owners,1,workers,private,town,*,,,Every worker is in one of the two.
owners,-1,workers,all,town,*,,,Every worker is in one of the two.
hiring,1,workers,public,town,2001,2000,nobody moved,Said in 一(2).
hiring,-1/2,workers,private,town,2001,2000,nobody moved,Said in 一(2).
"""

MEASURES = """\
id,locator,lever,name_en,name_zh,target_group,responsible,precedent,barrier,reach_indicator,reach_group,note
inspect,三(1),enforcement,Inspect,检查,private,the office,,cost;distance,workers,private,
"""

BARRIERS = """\
id,locator,kind,name_en,name_zh,affected,figures,note
cost,三(2),cost,Cost,成本,private,rate_2001;wage_per_worker_2001,
distance,三(2),administration,Distance,距离,private,,
"""

PARAMETERS = """\
id,name_en,name_zh,low,high,unit,valid_from,valid_to,source,assumption,note
rate,Contribution rate,缴费率,20,20,percent,1998,2000-12,Decree 1,no,
rate,Contribution rate,缴费率,20,27.5,percent,2001,,Decree 2,no,
"""

TRANSLATIONS = """\
language,text,translation
zh_CN,nobody moved,无人转移
"""

FILES = {
    "datapackage.yaml": DESCRIPTOR,
    "figures.csv": FIGURES,
    "indicators.csv": INDICATORS,
    "groups.csv": GROUPS,
    "areas.csv": AREAS,
    "units.csv": UNITS,
    "identities.csv": IDENTITIES,
    "measures.csv": MEASURES,
    "barriers.csv": BARRIERS,
    "parameters.csv": PARAMETERS,
    "translations.csv": TRANSLATIONS,
}


def write_package(folder: Path) -> Path:
    """Write the good package into a new folder ``synthetic-town`` there; returns it."""
    path = folder / "synthetic-town"
    path.mkdir()
    for file, text in FILES.items():
        (path / file).write_text(text, encoding="utf-8", newline="")
    return path


def replace_text(path: Path, file: str, old: str, new: str) -> None:
    """Replace the only occurrence of a text in a file of the package."""
    text = (path / file).read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in {file}")
    (path / file).write_text(text.replace(old, new), encoding="utf-8", newline="")


def set_cell(path: Path, file: str, row_id: str, column: str, value: str, *, nth: int = 0) -> int:
    """Write a cell of the nth row with an id; returns the line of that row."""
    rows = list(csv.reader(io.StringIO((path / file).read_text(encoding="utf-8"))))
    numbers = [number for number, row in enumerate(rows) if row[0] == row_id]
    rows[numbers[nth]][rows[0].index(column)] = value
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    (path / file).write_text(buffer.getvalue(), encoding="utf-8", newline="")
    return numbers[nth] + 1


def add_line(path: Path, file: str, line: str) -> None:
    """Add a line at the end of a file of the package."""
    with (path / file).open("a", encoding="utf-8", newline="") as stream:
        stream.write(f"{line}\n")
