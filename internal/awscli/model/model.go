// Package model is the API model of DescribeImageScanFindings: the members of its request and response, in
// order, and what the AWS CLI does with them. It reduces a response to the known members, validates a request
// before it is sent, and has a skeleton for both.
//
// The members are those of the description of 2015-09-21 as botocore 1.43.11 has it.
package model

// A Kind is the kind of a value.
type Kind int

const (
	Text Kind = iota
	Integer
	Double
	Timestamp
	Structure
	List
	Map
)

// A Shape describes a value.
type Shape struct {
	Kind Kind
	// Name is the shape's name, which skeletons show as the text in a list.
	Name string
	// Members are the members of a structure, in order.
	Members []Member
	// Element describes the elements of a list and the values of a map.
	Element *Shape
	// Min is the minimum length of a text, or the minimum number; 0 for any.
	Min int64

	index map[string]int // of Members, by name
}

// A Member is a named part of a structure.
type Member struct {
	Name     string
	Shape    *Shape
	Required bool
}

// member returns the index of a member.
func (s *Shape) member(name string) (int, bool) {
	i, ok := s.index[name]
	return i, ok
}

// mostMembers is the maximum number of members of a structure.
const mostMembers = 32

func structure(members ...Member) *Shape {
	s := &Shape{Kind: Structure, Members: members, index: map[string]int{}}
	for i, m := range members {
		s.index[m.Name] = i
	}
	return s
}

func member(name string, shape *Shape) Member { return Member{Name: name, Shape: shape} }

func required(name string, shape *Shape) Member {
	return Member{Name: name, Shape: shape, Required: true}
}

func list(element *Shape) *Shape  { return &Shape{Kind: List, Element: element} }
func mapOf(element *Shape) *Shape { return &Shape{Kind: Map, Element: element} }

// textList returns the shape of a list of texts; name is what the skeleton shows for one.
func textList(name string) *Shape { return list(&Shape{Kind: Text, Name: name}) }

// texts returns members that are texts.
func texts(names ...string) []Member {
	var members []Member
	for _, name := range names {
		members = append(members, member(name, text))
	}
	return members
}

var (
	text      = &Shape{Kind: Text}
	integer   = &Shape{Kind: Integer}
	double    = &Shape{Kind: Double}
	timestamp = &Shape{Kind: Timestamp}
)
