-- What Word gets is the page without its cover and contents: Word makes both itself, from title and headings.
local function text_of(blocks)
  return pandoc.utils.stringify(blocks)
end

function Pandoc(doc)
  local kept = {}
  local function keep(blocks)
    for _, block in ipairs(blocks) do
      if block.t == 'Div' and block.classes:includes('cover') then
        for _, line in ipairs(block.content) do
          if line.t == 'Header' then
            doc.meta.title = text_of(line)
          elseif line.t == 'Div' then
            keep(line.content)
          else
            local said = doc.meta.subtitle and (doc.meta.subtitle .. '　') or ''
            doc.meta.subtitle = said .. text_of(line)
          end
        end
      elseif block.t == 'Div' and block.classes:includes('contents-page') then
        -- Left out.
      elseif block.t == 'Div' then
        keep(block.content)
      elseif block.t == 'Header' then
        block.level = math.max(block.level - 1, 1)
        table.insert(kept, block)
      else
        table.insert(kept, block)
      end
    end
  end
  keep(doc.blocks)
  doc.blocks = kept
  return doc
end
