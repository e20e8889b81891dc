-- SPDX-License-Identifier: GPL-3.0-or-later

local xspf = require "redbook.playlist.xspf"

local function wrap(inside, attributes)
  return ("<?xml version='1.0' encoding='UTF-8'?>\n<playlist%s>%s</playlist>"):format(
    attributes or " version='1' xmlns='http://xspf.org/ns/0/'", inside)
end

local function tracks(inside, attributes)
  return wrap("<trackList>" .. inside .. "</trackList>", attributes)
end

local function locations(bytes)
  local found = {}
  for index, item in ipairs(xspf.parse(bytes).items) do
    found[index] = {}
    for place, spelling in ipairs(item.spellings) do found[index][place] = spelling.decoded end
  end
  return found
end

local function problems(bytes)
  return xspf.parse(bytes).problems
end

describe("playlist.xspf", function()
  it("reads titles, entities, CDATA, prefixes and another encoding", function()
    local list = xspf.parse("<?xml version='1.0' encoding='ISO-8859-1'?>\n<x:playlist version='1' "
      .. "xmlns:x='http://xspf.org/ns/0/'><x:title> Mix &amp; match </x:title>\n<x:trackList>\n"
      .. "<x:track><x:location>a.mp3</x:location><x:title>T\xE9 &#x266B;</x:title>"
      .. "<x:creator><![CDATA[A & B]]></x:creator><x:album>L</x:album><x:trackNum>3</x:trackNum>"
      .. "<x:duration>1</x:duration></x:track></x:trackList></x:playlist>")
    assert.same({ title = "Mix & match", problems = {}, remarks = {}, items = { { raw = "a.mp3",
      decoded = "a.mp3", line = 4, title = "Té ♫", artist = "A & B", album = "L",
      spellings = { { raw = "a.mp3", decoded = "a.mp3" } } } } }, list)
  end)

  it("leaves extensions alone, whatever they hold", function()
    local list = xspf.parse(tracks("<track><location>a.mp3</location><extension><v:title "
      .. "xmlns:v='urn:v'>no</v:title><track><location>b.mp3</location></track></extension>"
      .. "<v:title xmlns:v='urn:v'>no</v:title></track>"))
    assert.equal(1, #list.items)
    assert.is_nil(list.items[1].title)
    assert.same({}, list.problems)
  end)

  it("resolves references as URIs: base, scheme, percent signs, fragment", function()
    assert.same({ { "m/a b.mp3" }, { "file:///x/c%20d.mp3" }, { "file:///e.mp3" },
      { "n/f#g.mp3", "http://h/i.mp3" } }, locations(wrap(
        "<trackList xml:base='m/'><track><location>a%20b.mp3#t=1</location></track>"
        .. "<track xml:base='file:///x/y'><location>c%20d.mp3</location></track>"
        .. "<track xml:base='file:///x/y'><location>/e.mp3</location></track></trackList>"
        .. "<trackList xml:base='n/'><track><location>f%23g.mp3</location>"
        .. "<location>http://h/i.mp3</location></track></trackList>")))
  end)

  it("works without a namespace", function()
    assert.same({ { "a.mp3" } }, locations(tracks("<track><location>a.mp3</location></track>", "")))
  end)

  it("refuses document types, and with them every entity", function()
    local bomb = "<!DOCTYPE p [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>\n<playlist><title>&b;</title>"
      .. "</playlist>"
    assert.same({ { line = 1, message =
      "has a document type (<!DOCTYPE>), which no playlist needs; take it out" } }, problems(bomb))
    assert.same({ { line = 2, message = "is no well-formed XML: undefined entity" } },
      problems(wrap "<title>&b;</title>"))
  end)

  it("names what is wrong by its line", function()
    assert.same({ { line = 3, text = "track 2", message =
      "has no <location>: redbook burns files, it cannot look one up" } },
      problems(tracks("<track><location>a</location></track>\n<track><identifier>urn:x"
        .. "</identifier></track>")))
    assert.same({ { line = 1, message = "is no XSPF playlist: its first element is <html>" } },
      problems "<html xmlns='http://www.w3.org/1999/xhtml'></html>")
    assert.same({ { line = 1, message = "is no well-formed XML: no element found" } }, problems "")
    assert.same({ { line = 1, message = "is no well-formed XML: mismatched tag" } },
      problems "<playlist><trackList></playlist>")
    assert.same({ { line = 1, message = "is nested too deep for a playlist" } },
      problems("<playlist>" .. ("<a>"):rep(100)))
    assert.equal(1, #problems "<?xml version='1.0' encoding='Shift_JIS'?><playlist/>")
  end)
end)
