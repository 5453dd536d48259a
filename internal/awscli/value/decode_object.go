package value

func (d *decoder) object() (Value, error) {
	base := len(d.members)
	if d.space(); d.peek() == '}' {
		d.at++
		return &Object{}, nil
	}
	for {
		m, err := d.member()
		if err != nil {
			return nil, err
		}
		d.members = append(d.members, m)
		more, err := d.more('}')
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	o := objectOf(d.members[base:])
	d.members = d.members[:base]
	return o, nil
}

func (d *decoder) member() (member, error) {
	if d.peek() != '"' {
		return member{}, d.error("Expecting property name enclosed in double quotes", d.at)
	}
	key, err := d.quoted()
	if err != nil {
		return member{}, err
	}
	if d.space(); d.peek() != ':' {
		return member{}, d.error("Expecting ':' delimiter", d.at)
	}
	d.at++
	d.space()
	v, err := d.value()
	return member{key, v}, err
}

// objectOf returns an object of members that may have duplicate keys.
func objectOf(members []member) *Object {
	if len(members) <= few && distinct(members) {
		o := &Object{members: make([]member, len(members))}
		copy(o.members, members)
		return o
	}
	o := Sized(len(members))
	for _, m := range members {
		o.Set(m.key, m.value)
	}
	return o
}

func distinct(members []member) bool {
	for i := range members {
		for j := range i {
			if members[i].key == members[j].key {
				return false
			}
		}
	}
	return true
}
