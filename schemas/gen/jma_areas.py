#!/usr/bin/python3
"""Makes schemas/tables/jma_areas.csv: jma_areas.py JMA_AREAS.csv MUNICIPALITIES.csv OUT.csv

The two inputs are large reference tables that are not part of this repository, so the result is checked in and this
script is run again only when they change. The schemes without such a table (earthquakes, tsunami, volcanoes) stand here.
"""
import csv
import sys

CREDITS = """\
# Area codes of the weather agency → codes of local governments. Made by schemas/gen/jma_areas.py; do not edit by hand.
# 出典：気象庁ホームページを加工して作成 (bosai area.json of 2024-01-04, code tables of the disaster XML; PDL 1.0, CC BY 4.0 compatible).
# scheme: forecast = 気象情報／府県予報区・細分区域等, municipality = 気象・地震・火山情報／市町村等 (only those whose first
#   five digits are not those of the municipality; all others are found by these digits), quake = 地震情報／細分区域,
#   eew = 緊急地震速報／府県予報区 and 地方予報区, tsunami = 津波予報区, volcano = 火山名.
# code: as sent; a last * stands for any one digit (blocks of ten belong to one prefecture). codes: 2-digit prefectures or
#   6-digit municipalities, separated by blanks; * = the whole country.
# 990 is synthetic, for drills.
# Prefectures of tsunami areas, regions and volcanoes are those whose coast or foot they touch (geography, not a JMA table).
"""

# Blocks of ten codes of 地震情報／細分区域, in order of prefecture where it is one.
QUAKE_BLOCKS = {
    "20": "02", "21": "03", "22": "04", "23": "05", "24": "06", "25": "07", "30": "08", "31": "09", "32": "10",
    "33": "11", "34": "12", "35": "13", "36": "14", "37": "15", "38": "16", "39": "17", "40": "18", "41": "19",
    "42": "20", "43": "21", "44": "22", "45": "23", "46": "24", "50": "25", "51": "26", "52": "27", "53": "28",
    "54": "29", "55": "30", "56": "31", "57": "32", "58": "33", "59": "34", "60": "36", "61": "37", "62": "38",
    "63": "39", "70": "35", "71": "40", "72": "41", "73": "42", "74": "43", "75": "44", "76": "45", "77": "46",
    "80": "47",
}

EEW_REGIONS = [
    ("9910", "北海道", "01"), ("9920", "東北", "02 03 04 05 06 07"), ("9931", "関東", "08 09 10 11 12 13 14"),
    ("9932", "伊豆諸島", "13"), ("9933", "小笠原", "13"), ("9934", "北陸", "15 16 17 18"),
    ("9935", "甲信", "19 20"), ("9936", "東海", "21 22 23 24"), ("9941", "近畿", "25 26 27 28 29 30"),
    ("9942", "中国", "31 32 33 34 35"), ("9943", "四国", "36 37 38 39"),
    ("9951", "九州", "40 41 42 43 44 45 46"), ("9952", "奄美", "46"), ("9960", "沖縄", "47"),
]

TSUNAMI = [
    ("100", "北海道太平洋沿岸東部", "01"), ("101", "北海道太平洋沿岸中部", "01"), ("102", "北海道太平洋沿岸西部", "01"),
    ("110", "北海道日本海沿岸北部", "01"), ("111", "北海道日本海沿岸南部", "01"), ("120", "オホーツク海沿岸", "01"),
    ("191", "北海道太平洋沿岸", "01"), ("192", "北海道日本海沿岸", "01"),
    ("200", "青森県日本海沿岸", "02"), ("201", "青森県太平洋沿岸", "02"), ("202", "陸奥湾", "02"), ("210", "岩手県", "03"),
    ("220", "宮城県", "04"), ("230", "秋田県", "05"), ("240", "山形県", "06"), ("250", "福島県", "07"), ("281", "青森県", "02"),
    ("291", "東北地方太平洋沿岸", "02 03 04 07"), ("292", "東北地方日本海沿岸", "02 05 06"),
    ("300", "茨城県", "08"), ("310", "千葉県九十九里・外房", "12"), ("311", "千葉県内房", "12"),
    ("312", "東京湾内湾", "12 13 14"), ("320", "伊豆諸島", "13"), ("321", "小笠原諸島", "13"),
    ("330", "相模湾・三浦半島", "14"), ("340", "新潟県上中下越", "15"), ("341", "佐渡", "15"), ("350", "富山県", "16"),
    ("360", "石川県能登", "17"), ("361", "石川県加賀", "17"), ("370", "福井県", "18"), ("380", "静岡県", "22"),
    ("390", "愛知県外海", "23"), ("391", "伊勢・三河湾", "23 24"), ("400", "三重県南部", "24"),
    ("500", "京都府", "26"), ("510", "大阪府", "27"), ("520", "兵庫県北部", "28"), ("521", "兵庫県瀬戸内海沿岸", "28"),
    ("522", "淡路島南部", "28"), ("530", "和歌山県", "30"), ("540", "鳥取県", "31"), ("550", "島根県出雲・石見", "32"),
    ("551", "隠岐", "32"), ("560", "岡山県", "33"), ("570", "広島県", "34"), ("580", "徳島県", "36"), ("590", "香川県", "37"),
    ("600", "愛媛県宇和海沿岸", "38"), ("601", "愛媛県瀬戸内海沿岸", "38"), ("610", "高知県", "39"),
    ("700", "山口県日本海沿岸", "35"), ("701", "山口県瀬戸内海沿岸", "35"), ("710", "福岡県瀬戸内海沿岸", "40"),
    ("711", "福岡県日本海沿岸", "40"), ("712", "有明・八代海", "40 41 42 43"), ("720", "佐賀県北部", "41"),
    ("730", "長崎県西方", "42"), ("731", "壱岐・対馬", "42"), ("740", "熊本県天草灘沿岸", "43"),
    ("750", "大分県瀬戸内海沿岸", "44"), ("751", "大分県豊後水道沿岸", "44"), ("760", "宮崎県", "45"),
    ("770", "鹿児島県東部", "46"), ("771", "種子島・屋久島地方", "46"), ("772", "奄美群島・トカラ列島", "46"),
    ("773", "鹿児島県西部", "46"), ("800", "沖縄本島地方", "47"), ("801", "大東島地方", "47"), ("802", "宮古島・八重山地方", "47"),
    ("990", "架空県沿岸", "99"),  # synthetic, for drills: no code of the agency
]

# Blocks of ten volcanoes that lie in one prefecture.
VOLCANO_BLOCKS = {"10": "01", "11": "01", "12": "01", "15": "01", "16": "01", "32": "13", "60": "47"}
VOLCANOES = [
    ("201", "恐山", "02"), ("202", "岩木山", "02"), ("203", "八甲田山", "02"), ("204", "十和田", "02 05"),
    ("205", "秋田焼山", "05"), ("206", "八幡平", "03 05"), ("207", "岩手山", "03"), ("208", "秋田駒ヶ岳", "03 05"),
    ("209", "鳥海山", "05 06"), ("210", "栗駒山", "03 04 05"), ("211", "鳴子", "04"), ("212", "蔵王山", "04 06"),
    ("213", "吾妻山", "06 07"), ("214", "安達太良山", "07"), ("215", "磐梯山", "07"), ("216", "燧ヶ岳", "07"),
    ("217", "肘折", "06"), ("218", "沼沢", "07"), ("301", "那須岳", "07 09"), ("302", "日光白根山", "09 10"),
    ("303", "赤城山", "10"), ("304", "榛名山", "10"), ("305", "草津白根山", "10 20"), ("306", "浅間山", "10 20"),
    ("307", "新潟焼山", "15"), ("308", "妙高山", "15"), ("309", "弥陀ヶ原", "16"), ("310", "焼岳", "20 21"),
    ("311", "乗鞍岳", "20 21"), ("312", "御嶽山", "20 21"), ("313", "白山", "17 21"), ("314", "富士山", "19 22"),
    ("315", "箱根山", "14 22"), ("316", "伊豆東部火山群", "22"), ("317", "伊豆大島", "13"), ("318", "新島", "13"),
    ("319", "神津島", "13"), ("330", "北福徳堆", "13"), ("331", "福徳岡ノ場", "13"), ("333", "高原山", "09"),
    ("334", "横岳", "20"), ("335", "アカンダナ山", "20 21"), ("336", "利島", "13"), ("337", "御蔵島", "13"),
    ("338", "孀婦岩", "13"), ("339", "海形海山", "13"), ("340", "南日吉海山", "13"), ("341", "日光海山", "13"),
    ("350", "草津白根山（白根山（湯釜付近））", "10 20"), ("351", "草津白根山（本白根山）", "10 20"),
    ("401", "三瓶山", "32"), ("502", "九重山", "44"), ("503", "阿蘇山", "43"), ("504", "雲仙岳", "42"),
    ("505", "霧島山", "45 46"), ("506", "桜島", "46"), ("507", "開聞岳", "46"), ("508", "薩摩硫黄島", "46"),
    ("509", "口永良部島", "46"), ("510", "中之島", "46"), ("511", "諏訪之瀬島", "46"), ("512", "阿武火山群", "35"),
    ("513", "鶴見岳・伽藍岳", "44"), ("514", "由布岳", "44"), ("515", "福江火山群", "42"), ("516", "米丸・住吉池", "46"),
    ("517", "若尊", "46"), ("518", "池田・山川", "46"), ("519", "口之島", "46"), ("550", "霧島山（御鉢）", "45 46"),
    ("551", "霧島山（新燃岳）", "45 46"), ("552", "霧島山（えびの高原（硫黄山）周辺）", "45 46"),
    ("553", "霧島山（大幡池）", "45 46"), ("900", "全国の活火山", "*"),
]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def forecast(areas, towns):
    """Offices, class10, class15 and centres: the municipalities, or the prefectures that they fill."""
    total = {}
    members, names = {}, {}
    for row in areas:
        town = row["municipality_code5"]
        total.setdefault(town[:2], set()).add(town)
        for level in ("office", "class10", "class15", "center"):
            members.setdefault(row[level], set()).add(town)
            names[row[level]] = row[level + "_ja"]
    rows = []
    for code, inside in members.items():
        prefectures = {town[:2] for town in inside}
        whole = all(total[prefecture] <= inside for prefecture in prefectures)
        codes = prefectures if whole else {towns[town] for town in inside}
        rows.append(("forecast", code, names[code], " ".join(sorted(codes))))
    return rows


def main():
    if len(sys.argv) != 4:
        sys.stderr.write("usage: jma_areas.py JMA_AREAS.csv MUNICIPALITIES.csv OUT.csv\n")
        return 2
    areas = read(sys.argv[1])
    towns = {row["code5"]: row["code"] for row in read(sys.argv[2])}
    rows = forecast(areas, towns)
    rows += [("municipality", row["class20"], row["name_ja"], towns[row["municipality_code5"]])
             for row in areas if row["class20"][:5] != row["municipality_code5"]]
    rows += [("quake", "1%d*" % ten, "", "01") for ten in range(7)]
    rows += [("quake", block + "*", "", code) for block, code in QUAKE_BLOCKS.items()]
    rows += [("eew", "9%02d*" % code, "", "%02d" % code) for code in range(1, 48)]
    rows += [("eew",) + row for row in EEW_REGIONS]
    rows += [("tsunami",) + row for row in TSUNAMI]
    rows += [("volcano", block + "*", "", code) for block, code in VOLCANO_BLOCKS.items()]
    rows += [("volcano",) + row for row in VOLCANOES]
    rows.sort()
    with open(sys.argv[3], "w", encoding="utf-8", newline="") as file:
        file.write(CREDITS)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["scheme", "code", "name", "codes"])
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
