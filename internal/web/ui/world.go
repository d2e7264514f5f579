package ui

import (
	"html/template"
	"strings"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// worldMap is where the countries lie, one square each, roughly as on a map: a block for each part of the world. The numbers
// behind its name are the column and the row of the block where all are drawn beside each other.
const worldMap = `
americas 0 1
..  ..  ..  ..  ..  ..  ..  ..  GL
..  CA  ..  ..  ..  ..  ..  PM
..  US  ..  ..  ..  ..  BM
..  MX  ..  ..  BS  TC
..  GT  BZ  ..  CU  HT  DO  PR  VG  AI
..  SV  HN  KY  JM  ..  ..  VI  SX  MF
..  ..  NI  ..  ..  ..  BL  KN  AG  MS
..  ..  CR  PA  ..  ..  ..  GP  DM  MQ
..  ..  ..  ..  ..  AW  CW  BQ  LC  BB
..  ..  ..  ..  CO  VE  ..  VC  GD  TT
..  ..  ..  EC  ..  GY  SR  GF
..  ..  ..  PE  BR
..  ..  ..  BO  PY
..  ..  ..  CL  AR  UY
..  ..  ..  ..  ..  FK  ..  GS
europe 12 0
IS  ..  FO  ..  SJ
IE  IM  GB  ..  NO  SE  AX  FI  EE  RU
..  GG  JE  NL  DK  PL  ..  LV
..  ..  BE  LU  DE  CZ  LT  BY
..  ..  FR  LI  AT  SK  UA
..  AD  MC  CH  SI  HU  RO  MD
PT  ES  ..  IT  HR  RS  BG
..  GI  ..  SM  BA  XK  MK
..  ..  ..  VA  ME  AL  GR
..  ..  ..  MT
africa 12 11
..  ..  ..  ..  ..  TN
..  ..  MA  DZ  LY  EG
..  EH  MR  ML  NE  TD  SD  ER
CV  SN  GM  BF  NG  CM  CF  SS  DJ
..  GW  GN  CI  BJ  GQ  CG  ET  SO
..  SL  LR  GH  TG  GA  CD  UG  KE
..  ..  ..  ..  ST  AO  RW  BI  TZ  SC
SH  ..  ..  ..  ..  ZM  MW  KM  YT  IO
..  ..  ..  ..  NA  BW  ZW  MZ  MG  RE
..  ..  ..  ..  ..  ZA  SZ  ..  ..  MU
..  ..  ..  ..  ..  LS  ..  TF
asia 23 2
..  ..  ..  ..  KZ  ..  MN
..  GE  UZ  TM  KG  TJ  ..  KP
..  AM  AZ  AF  ..  CN  ..  KR  JP
CY  TR  IR  PK  NP  BT  ..  TW
LB  SY  IQ  IN  BD  MM  LA  HK
PS  IL  JO  KW  LK  TH  KH  VN  MO
SA  BH  QA  AE  MV  ..  MY  PH
YE  OM  ..  ..  ..  ..  SG  BN
..  ..  ..  ..  ..  ..  ID  TL
oceania 27 13
..  ..  MP  ..  ..  UM
PW  GU  ..  MH
..  FM  NR  KI
PG  SB  TV  TK
CX  CC  VU  WF  WS  AS  CK  PF
AU  NC  FJ  TO  NU  PN
NF  NZ
antarctica 4 20
BV  AQ  HM
`

// Region is a part of the world with its countries.
type Region struct {
	Key       string // americas, europe, …
	Countries []market.Country
	at        [][2]int // column and row of each in the block
	col, row  int      // of the block
	rows      int
}

// Name is what the region is called.
func (r Region) Name(l *locale.L) string { return l.Text("region." + r.Key) }

// Regions are all markets by the part of the world that they lie in.
var Regions = sync.OnceValue(func() (all []Region) {
	for line := range strings.Lines(strings.TrimSpace(worldMap)) {
		words := strings.Fields(line)
		if len(words[0]) > 2 {
			all = append(all, Region{Key: words[0], col: number(words[1]), row: number(words[2])})
			continue
		}
		r := &all[len(all)-1]
		for col, code := range words {
			if code != ".." {
				r.Countries, r.at = append(r.Countries, market.Country(code)), append(r.at, [2]int{col, r.rows})
			}
		}
		r.rows++
	}
	return all
})

func number(digits string) (n int) {
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// Tile is how a country is drawn.
type Tile int

// The tiles, told apart by their shape: filled, filled with a corner cut off, and empty with a stroke through it.
const (
	TileFull Tile = iota
	TileCut
	TileStruck
)

// path draws a tile of a size, and the stroke of one that has it.
func (t Tile) path(d *drawing, x, y, w, h float64) {
	if t == TileCut {
		d.add("M%.1f %.1fh%.1fl7 7v%.1fh%.1fz", x, y, w-7, h-7, -w)
		return
	}
	d.add("M%.1f %.1fh%.1fv%.1fh%.1fz", x, y, w, h, -w)
	if t == TileStruck {
		d.add("M%.1f %.1fl%.1f %.1f", x, y+h, w, -h)
	}
}

func (t Tile) class() string {
	if t == TileStruck {
		return "f-sheet l-strong"
	}
	return "f-ink"
}

// TileSign is the sign of a tile for a key.
func TileSign(t Tile) template.HTML {
	var d drawing
	t.path(&d, 2.5, .5, 17, 11)
	return sign(`<path class="` + t.class() + `" d="` + d.String() + `"/>`)
}

// HereSign is the sign of the country that is marked.
func HereSign() template.HTML {
	return sign(`<rect class="l-st w3" x="3.5" y="1.5" width="15" height="9"/>`)
}

// World draws all markets as squares that lie as on a map; here is marked. On phones the parts of the world lie one below the
// other. c brings names, keys and the twin.
func World(l *locale.L, c Chart, title string, tile func(market.Country) Tile, here market.Country) Chart {
	wide, narrow := world{stepX: 27, stepY: 22, tile: tile, here: here}, world{stepX: 34, stepY: 21, tile: tile, here: here}
	high := 0
	for _, r := range Regions() {
		wide.region(l, r, float64(r.col)*wide.stepX, float64(r.row)*wide.stepY)
		high = max(high, r.row+r.rows+1)
	}
	c.Wide = wide.svg("wide", c.ID+"-w", title, 960, float64(high)*wide.stepY)
	y := 0.0
	for _, r := range Regions() {
		narrow.region(l, r, 0, y)
		y += float64(r.rows+1)*narrow.stepY + 6
	}
	c.Narrow = narrow.svg("narrow", c.ID+"-n", title, 350, y)
	return c
}

// world gathers the squares of a map: those of one kind are one path.
type world struct {
	stepX, stepY        float64
	tile                func(market.Country) Tile
	here                market.Country
	full, struck        drawing // paths
	names, light, plain drawing // of regions, of squares that are filled, of the others
	ring                drawing
}

func (m *world) region(l *locale.L, r Region, x, y float64) {
	m.names.text("b", x, y+13, r.Name(l))
	y += m.stepY - 2
	for i, country := range r.Countries {
		left, top := x+float64(r.at[i][0])*m.stepX+.5, y+float64(r.at[i][1])*m.stepY+.5
		w, h := m.stepX-3, m.stepY-3
		tile, shape, letters := m.tile(country), &m.full, &m.light
		if tile == TileStruck {
			shape, letters = &m.struck, &m.plain
		}
		tile.path(shape, left, top, w, h)
		letters.add(`<text x="%.1f" y="%.1f">%s</text>`, left+w/2, top+h/2+4, country)
		if country == m.here {
			m.ring.add(`<rect class="l-st w3" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, left-1.5, top-1.5, w+3, h+3)
		}
	}
}

func (m *world) svg(class, id, title string, width, height float64) template.HTML {
	var d drawing
	d.add(`%s<path class="%s" d="%s"/><path class="%s" d="%s"/>`, m.names.String(), TileFull.class(), m.full.String(), TileStruck.class(), m.struck.String())
	d.add(`<g class="letters light">%s</g><g class="letters">%s</g>%s`, m.light.String(), m.plain.String(), m.ring.String())
	return d.svg(class, id, title, width, height)
}
